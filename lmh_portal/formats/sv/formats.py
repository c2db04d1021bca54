"""Swedish dates and times."""

DATE_FORMAT = "j F Y"
TIME_FORMAT = "H.i"
YEAR_MONTH_FORMAT = "F Y"
