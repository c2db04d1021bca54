from django.urls import path
from django.utils.translation import pgettext_lazy

from actors import partner_views, views

app_name = "actors"
urlpatterns = [
    path(pgettext_lazy("URL path", "actors/"), views.organization_list, name="organization_list"),
    path(
        pgettext_lazy("URL path", "actors/<slug:slug>/"),
        views.organization_detail,
        name="organization_detail",
    ),
    path(
        pgettext_lazy("URL path", "actors/<slug:slug>/contact.vcf"),
        views.organization_card,
        name="organization_card",
    ),
    path(pgettext_lazy("URL path", "services/"), views.service_list, name="service_list"),
    path(pgettext_lazy("URL path", "services/<slug:slug>/"), views.service_detail, name="service_detail"),
    path(pgettext_lazy("URL path", "services/<slug:slug>/contact.vcf"), views.service_card, name="service_card"),
    path(pgettext_lazy("URL path", "handout/"), views.handout, name="handout"),
    path(
        pgettext_lazy("URL path", "actors/<slug:slug>/propose/"),
        partner_views.propose_organization,
        name="propose_organization",
    ),
    path(
        pgettext_lazy("URL path", "services/<slug:slug>/propose/"),
        partner_views.propose_service,
        name="propose_service",
    ),
    path(pgettext_lazy("URL path", "propose/"), partner_views.propose_new, name="propose_new"),
    path(pgettext_lazy("URL path", "propose/thank-you/"), partner_views.proposal_sent, name="proposal_sent"),
    path(pgettext_lazy("URL path", "proposals/<str:token>/"), partner_views.proposal, name="proposal"),
    path(pgettext_lazy("URL path", "confirm/<str:token>/"), partner_views.confirm, name="confirm"),
]
