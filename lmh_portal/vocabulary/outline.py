"""Outlines of municipalities as SVG paths: one drawing of Västra Götaland, x to the right, y down."""

import math
from itertools import pairwise

WEST, NORTH = 11.1314, 59.2736  # the county's corner, degrees (WGS 84)
DOWN = 210.25  # units per degree of latitude: makes the county 400 wide and 447 high
RIGHT = DOWN * math.cos(math.radians(58))  # a degree of longitude is shorter
MAP_VIEW_BOX = "-4 -4 408 455"


def svg_path(geometry: dict) -> str:
    """The path of a GeoJSON polygon or multipolygon; parts too small to be seen are left out."""
    polygons = geometry["coordinates"]
    if geometry["type"] == "Polygon":
        polygons = [polygons]
    return "".join(_ring(points) for polygon in polygons for points in polygon)


def _ring(points: list) -> str:
    corners: list[tuple[int, int]] = []
    for longitude, latitude, *_height in points:
        corner = (round((longitude - WEST) * RIGHT), round((NORTH - latitude) * DOWN))
        if not corners or corner != corners[-1]:
            corners.append(corner)
    if len(set(corners)) < 3:
        return ""
    steps = (f"{x - before_x},{y - before_y}" for (before_x, before_y), (x, y) in pairwise(corners[:-1]))
    return f"M{corners[0][0]},{corners[0][1]}l{' '.join(steps)}Z"  # steps are short: a third less to send
