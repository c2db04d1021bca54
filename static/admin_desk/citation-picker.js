// A search for references above each text that cites them: the chosen one's key goes in where the cursor was.
// Without this file editors type [@key] themselves.
(() => {
  const WAIT = 200; // milliseconds without a key before the server is asked

  function make(tag, attributes, text = "") {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.textContent = text;
    return element;
  }

  function addPicker(area) {
    const { citations: address, citationsLabel, citationsNone, citationsFound } = area.dataset;
    const id = `${area.id}_citations`;
    const label = make("label", { for: id }, citationsLabel);
    const list = make("ul", { id: `${id}_list`, role: "listbox", "aria-label": citationsLabel, hidden: "" });
    const status = make("p", { class: "help", role: "status" });
    const input = make("input", {
      id, type: "text", role: "combobox", autocomplete: "off", "aria-autocomplete": "list",
      "aria-controls": list.id, "aria-expanded": "false",
    });
    let timer, asked = 0, at = -1;

    function close() {
      clearTimeout(timer);
      asked += 1;
      list.hidden = true;
      list.replaceChildren();
      input.setAttribute("aria-expanded", "false");
      input.removeAttribute("aria-activedescendant");
      at = -1;
    }

    async function search() {
      const number = (asked += 1);
      const response = await fetch(`${address}?q=${encodeURIComponent(input.value)}`).catch(() => null);
      if (number !== asked) return; // an answer to an older question
      const { results } = response?.ok && !response.redirected ? await response.json() : { results: [] };
      if (number !== asked) return;
      close();
      status.textContent = results.length ? citationsFound.replace("{count}", results.length) : citationsNone;
      list.append(...results.map(({ key, text }, place) => {
        const option = make("li", { id: `${id}_${place}`, role: "option", "aria-selected": "false", "data-key": key }, text);
        option.dir = "auto";
        return option;
      }));
      list.hidden = !results.length;
      input.setAttribute("aria-expanded", String(!list.hidden));
    }

    function mark(place) {
      const options = [...list.children];
      if (!options.length) return;
      at = (place + options.length) % options.length;
      options.forEach((option, number) => option.setAttribute("aria-selected", String(number === at)));
      input.setAttribute("aria-activedescendant", options[at].id);
      options[at].scrollIntoView({ block: "nearest" });
    }

    function insert(option) {
      area.setRangeText(`[@${option.dataset.key}]`, area.selectionStart, area.selectionEnd, "end");
      area.dispatchEvent(new Event("input", { bubbles: true }));
      input.value = status.textContent = "";
      close();
      area.focus();
    }

    input.addEventListener("input", () => {
      close();
      status.textContent = "";
      if (input.value.trim()) timer = setTimeout(search, WAIT);
    });
    input.addEventListener("keydown", (event) => {
      const move = { ArrowDown: at + 1, ArrowUp: at < 0 ? -1 : at - 1 }[event.key];
      if (move !== undefined) mark(move);
      else if (event.key === "Escape") close();
      else if (event.key === "Enter" && at >= 0) insert(list.children[at]);
      else if (event.key !== "Enter") return;
      event.preventDefault(); // Enter must not save the form
    });
    list.addEventListener("mousedown", (event) => event.preventDefault()); // the input keeps the focus
    list.addEventListener("click", (event) => {
      const option = event.target.closest("[role=option]");
      if (option) insert(option);
    });
    input.addEventListener("blur", close);

    const picker = make("div", { class: "citation-picker" });
    picker.append(label, input, list, status);
    area.closest(".form-row").prepend(picker);
  }

  document.querySelectorAll("textarea[data-citations]").forEach(addPicker);
})();
