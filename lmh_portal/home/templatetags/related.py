from django import template

from lmh_portal.home import related

register = template.Library()
register.simple_tag(related.related_to)
