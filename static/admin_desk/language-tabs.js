// Language tabs: one strip switches every translated field of the form, inlines included.
// Without this file all languages stand one below the other.
(() => {
  const strip = document.querySelector(".language-tabs");
  if (!strip) return;

  const form = strip.closest("form");
  const tabs = [...strip.querySelectorAll("[role=tab]")];
  const { source, missing, complete, error } = strip.dataset;
  const inputs = (code) => [...form.querySelectorAll(`[data-language="${code}"]`)];
  const place = (input) => input.closest("td, .form-row");

  function makePanel(tab) {
    const fieldset = form.querySelector(`fieldset.language-${tab.dataset.tab}`);
    const panel = document.createElement("div");
    panel.id = `panel-${tab.dataset.tab}`;
    panel.setAttribute("role", "tabpanel");
    panel.setAttribute("aria-labelledby", tab.id);
    tab.setAttribute("aria-controls", panel.id);
    fieldset.replaceWith(panel);
    panel.append(fieldset);
  }

  function showColumn(input, visible) {
    const cell = input.closest("td");
    if (!cell) {
      const row = input.closest(".inline-related .form-row");
      if (row) row.hidden = !visible;
      return;
    }
    cell.hidden = !visible;
    cell.closest("table").tHead.rows[0].cells[cell.cellIndex].hidden = !visible;
  }

  function show(chosen) {
    for (const tab of tabs) {
      const visible = tab === chosen;
      tab.setAttribute("aria-selected", visible);
      tab.tabIndex = visible ? 0 : -1;
      document.getElementById(`panel-${tab.dataset.tab}`).hidden = !visible;
      for (const input of inputs(tab.dataset.tab)) showColumn(input, visible);
    }
    sessionStorage.setItem("desk-language", chosen.dataset.tab);
  }

  function isMissing(input, code) {
    const original = document.getElementById(input.id.slice(0, -code.length) + source);
    return !input.value.trim() && Boolean(original?.value.trim());
  }

  const hasError = (code) => inputs(code).some((input) => place(input).querySelector(".errorlist"));

  function mark(tab) {
    const code = tab.dataset.tab;
    const count = inputs(code).filter((input) => isMissing(input, code)).length;
    const text = count ? missing.replace("{count}", count) : `✓ ${complete}`;
    const state = hasError(code) ? "error" : count ? "missing" : "complete";
    const label = tab.querySelector(".language-mark");
    label.className = `language-mark language-mark--${state}`;
    label.textContent = state === "error" ? error : text;
  }

  function onKey(event) {
    const forward = getComputedStyle(strip).direction === "rtl" ? "ArrowLeft" : "ArrowRight";
    const at = tabs.indexOf(event.target.closest("[role=tab]"));
    const last = tabs.length - 1;
    const next = { Home: 0, End: last }[event.key]
      ?? (/^Arrow(Left|Right)$/.test(event.key) ? (at + (event.key === forward ? 1 : last)) % tabs.length : -1);
    if (at < 0 || next < 0) return;
    event.preventDefault();
    show(tabs[next]);
    tabs[next].focus();
  }

  tabs.forEach(makePanel);
  tabs.forEach(mark);
  strip.hidden = false;
  strip.addEventListener("click", (event) => {
    const tab = event.target.closest("[role=tab]");
    if (tab) show(tab);
  });
  strip.addEventListener("keydown", onKey);
  form.addEventListener("input", () => tabs.forEach(mark));
  show(
    tabs.find((tab) => hasError(tab.dataset.tab))
    ?? tabs.find((tab) => tab.dataset.tab === sessionStorage.getItem("desk-language"))
    ?? tabs[0],
  );
})();
