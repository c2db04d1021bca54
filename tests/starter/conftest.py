"""A small set of files that load without a problem, for tests that break one of them."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

FILES = {
    "vocabularies/topics.csv": "code,broader,name_sv,name_en,definition_sv\n"
    "trauma,mental-health,Trauma,Trauma,\n"
    "mental-health,,Psykisk hälsa,Mental health,\n",
    "vocabularies/organisation_types.csv": "code,name_sv,name_xx,definition_sv\n"
    "region,Region,,\n"
    "municipality,Kommun,,\n",
    "vocabularies/event_types.csv": "code,name_sv,definition_sv\nseminar,Seminarium,\n",
    "vocabularies/staff_groups.csv": "code,name_sv,definition_sv\nnurse,Sjuksköterska,\n",
    "concepts.csv": "code,topic,terms_sv,misspellings,other_languages\n"
    "interpreter,trauma,tolk;språktolk,tålk,so: turjubaan\n",
    "countries.csv": "code,name_sv\nSE,Sverige\n",
    "counties.csv": "code,within,name_sv\n14,SE,Västra Götalands län\n",
    "subregions.csv": "code,within,name_sv,official_name,website\nsjuharad,14,Sjuhärad,Boråsregionen,\n",
    "municipalities.csv": "code,within,name_sv,official_name,brand_name,latitude,longitude,website\n"
    "1490,sjuharad,Borås,Borås kommun,Borås Stad,57.7,12.9,https://www.boras.se\n",
    "municipalities.geojson": '{"features": [\n{"properties": {"code": "1490"}, "geometry":'
    ' {"type": "Polygon", "coordinates": [[[12, 58], [13, 58], [13, 57.5], [12, 58]]]}}]}',
    "organisations.csv": "code,name_sv,organization_type,parent_organization,scope,municipality,"
    "description_sv,website,topics,target_groups,languages,certainty,alternate_name,email,is_demo,"
    "demo_confirmed_days,assured_by\n"
    "vgr,VGR,region,,regional,1490,,https://www.vgregion.se,trauma;mental-health,,,known,,,,,\n"
    "lmh,LMH,region,vgr,regional,,,,trauma,,,known,,,,,\n",
    "services.csv": "code,organization,name_sv,description_sv,topics,target_groups,areas,audience,access,"
    "languages,website,certainty,email,kind,level,access_facts,minimum_age,maximum_age,ends_on,"
    "eligibility_description_sv,application_process_sv,fees_description_sv,alert_sv,is_demo,demo_confirmed_days,"
    "demo_alert_days,demo_end_days,assured_by\n"
    "stod,lmh,Stöd,,trauma,,14,both,open,sv;ar:phone,,known,,service,,free,,,,,,,,true,10,5,20,chefen\n",
    "locations.csv": "organization,services,name_sv,location_type,visibility,municipality,transportation_sv,"
    "accessibility_sv,url,attention,address_1,postal_code,city\n"
    "lmh,stod,Huset,physical,hidden,1490,,,,,Gatan 1,503 30,Borås\n",
    "contacts.csv": "organization,services,is_function,name_sv,title_sv,email,phone,confirms\n"
    "lmh,stod,true,Växeln,,info@example.org,,true\n",
    "schedules.csv": "service,freq,interval,byday,bysetpos,opens_at,closes_at,demo_start_days,is_open_on_holidays,"
    "notes_sv\nstod,WEEKLY,1,MO;TU,,09:00,12:00,,false,\n",
    "references.csv": "key,authors,year,title,container,details,doi,url,kind,verification\n"
    "berg2014,Berg R,2014,One,BMJ,,10.1/one,,article,known\n"
    "sjo2015,Sjö S,2015,Two,BMJ,,10.1/two,,article,known\n",
    "vocabularies/resource_types.csv": "code,name_sv,definition_sv\nlaw,Lag,\n",
    "vocabularies/languages.csv": "code,autonym,direction,script,name_sv,definition_sv\n"
    "sv,Svenska,ltr,Latn,Svenska,\nar,العربية,rtl,Arab,Arabiska,\n",
    "resources.csv": "code,resource_type,title_sv,publisher,year,description_sv,topics,target_groups,staff_groups,"
    "languages,url,license,license_note_sv,is_demo\n"
    "lag,law,Lag,Riksdagen,2013,,trauma,,nurse,sv;ar,https://www.riksdagen.se,public-domain,,\n",
    "overviews/tolk.sv.md": "---\ntitle: Tolk\nsummary: Om tolk.\nis_demo: true\ntopics:\n- trauma\n"
    "staff_groups:\n- nurse\nreferences:\n- sjo2015\n- berg2014\n---\n\n## Bakgrund\n\nSant [@berg2014].\n",
    "overviews/tolk.en.md": "---\ntitle: Interpreter\nsummary: On interpreters.\n---\n"
    "\n## Background\n\nTrue [@sjo2015].\n",
    "events.csv": "code,event_type,is_demo,event_status,starts_on,ends_on,date_precision,demo_offset_days,"
    "starts,ends,meetings,recurrence,date_note_sv,name_sv,description_sv,organizer,co_organizers,topics,"
    "target_groups,staff_groups,languages,attendance_mode,venue_sv,municipality,maximum_attendee_capacity,"
    "participants_reported,fee_sek,registration,level,prerequisites_sv,accessibility_features\n"
    "start,seminar,false,,2018-03-14,2018-03-15,day,,,,,,,Start,,lmh,vgr,trauma,,,,offline,,,,,,closed,,,\n"
    "demo,seminar,true,,,,,10,09:00,16:00,2,,,Demo,,lmh,,trauma,,,,online,,,,,0,open,basic,,captions\n",
    "event_programme.csv": "event,position,starts,ends,name_sv,performer_sv\n"
    "demo,1,09:00,10:00,Inledning,\n"
    "demo,2,10:00,16:00,Samtal,\n",
    "event_occasions.csv": "event,position,days_later,starts,ends,venue_sv\ndemo,2,7,09:00,12:00,\n",
    "event_forms.csv": "event,maximum_physical_attendee_capacity,maximum_virtual_attendee_capacity,"
    "waiting_list_maximum,needs_approval,asks_diet,certificate_percent,join_url,seats_on_site,seats_online\n"
    "demo,,3,,false,false,,,0,3\n",
    "event_questions.csv": "event,position,kind,is_required,kept_days,text_sv,choices_sv,purpose_sv\n"
    "demo,1,yes_no,true,30,Har du varit här förut?,,För att förbereda oss.\n",
}


@pytest.fixture
def directory(tmp_path):
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path


@pytest.fixture
def load(directory):
    """Load the small set; return the lines of the report and of the problems."""

    def run(*options):
        report, problems = StringIO(), StringIO()
        try:
            call_command("load_starter", "--directory", directory, *options, stdout=report, stderr=problems)
        except CommandError as error:
            problems.write(f"{error}\n")
        return report.getvalue().splitlines(), problems.getvalue().splitlines()

    return run
