import pytest, time, json
from tests.kinds import every_kind
from axe_playwright_python.base import AXE_SCRIPT
from tests.browser.conftest import *
@pytest.mark.django_db(transaction=True)
def test_m(visit, starter):
    p=visit.page
    for name in ["home:front_page","actors:service_list","knowledge:overview_list"]:
        visit.open(every_kind("sv")[name])
        p.evaluate(AXE_SCRIPT)
        p.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
        print(name, p.evaluate("document.querySelectorAll('*').length"))
        out=p.evaluate("""async () => { const res={}; const t=async (n,o)=>{const a=performance.now(); await axe.run(document,o); res[n]=Math.round(performance.now()-a)};
          await t('all',{runOnly:{type:'tag',values:['wcag2a','wcag2aa','wcag21a','wcag21aa','wcag22aa','best-practice']},resultTypes:['violations']});
          for (const r of axe.getRules(['wcag2a','wcag2aa','wcag21a','wcag21aa','wcag22aa','best-practice'])) await t(r.ruleId,{runOnly:{type:'rule',values:[r.ruleId]}});
          return res }""")
        print(sorted(out.items(), key=lambda x:-x[1])[:12], sum(out.values()))
        t=time.time(); 
        for w in (390,320): p.set_viewport_size({"width":w,"height":900})
        print("resize", time.time()-t)
