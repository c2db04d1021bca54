// A preview below each Markdown field: the server renders the text as readers will see it.
(() => {
  function addPreview(area) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button preview-button";
    button.textContent = area.dataset.previewShow;

    const panel = document.createElement("div");
    panel.className = "preview";
    panel.id = `${area.id}_preview`;
    panel.lang = area.lang;
    panel.dir = area.dir;
    panel.hidden = true;
    panel.setAttribute("role", "region");
    panel.setAttribute("aria-live", "polite");
    panel.setAttribute("aria-label", area.dataset.previewShow);
    button.setAttribute("aria-controls", panel.id);

    button.addEventListener("click", () => fill(panel, area));
    area.closest(".form-row").append(button, panel);
  }

  async function fill(panel, area) {
    try {
      panel.innerHTML = await rendered(area);
    } catch {
      panel.textContent = area.dataset.previewFailed;
    }
    panel.hidden = false;
  }

  async function rendered(area) {
    const body = new FormData();
    body.set("body", area.value);
    body.set("language", area.dataset.language);
    body.set("field", area.name);
    body.set("csrfmiddlewaretoken", area.form.elements.csrfmiddlewaretoken.value);
    const response = await fetch(area.dataset.preview, { method: "POST", body });
    if (!response.ok || response.redirected) throw new Error(response.status);
    return response.text();
  }

  document.querySelectorAll("textarea[data-preview]").forEach(addPreview);
})();
