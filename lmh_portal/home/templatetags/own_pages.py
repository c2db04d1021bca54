from django import template

from lmh_portal.home import pages

register = template.Library()
register.simple_tag(pages.page, name="own_page")
