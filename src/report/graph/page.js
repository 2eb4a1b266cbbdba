
"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const graph = document.getElementById("graph");
  const canvas = document.getElementById("canvas");
  const details = document.getElementById("details");
  const search = document.getElementById("search");
  const boxes = [...graph.querySelectorAll(".resource")];
  const arrows = [...graph.querySelectorAll(".edge, .label")];
  const types = [...document.querySelectorAll("[data-type]")];
  const ends = (arrow) => [Number(arrow.dataset.from), Number(arrow.dataset.to)];
  let chosen = null;

  // Text is only ever set as text; nothing that a template says becomes an element.
  const make = (name, text, className) => {
    const element = document.createElement(name);
    if (text !== undefined) element.textContent = text;
    if (className) element.className = className;
    return element;
  };

  const hidden = () => new Set(types.filter((type) => !type.checked).map((type) => type.dataset.type));

  const matches = (resource) => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const text = [resource.logical_id, resource.type, resource.file].join(" ").toLowerCase();
    return words.every((word) => text.includes(word));
  };

  const update = () => {
    const gone = hidden();
    const near = new Set(chosen === null ? [] : [chosen]);
    if (chosen !== null) {
      for (const edge of data.edges) {
        if (edge.from === chosen) near.add(edge.to);
        if (edge.to === chosen) near.add(edge.from);
      }
    }
    const clear = data.resources.map((resource) => matches(resource) && (chosen === null || near.has(resource.id)));
    boxes.forEach((box) => {
      const number = Number(box.dataset.resource);
      box.classList.toggle("gone", gone.has(data.resources[number].type));
      box.classList.toggle("faint", !clear[number]);
      box.classList.toggle("chosen", number === chosen);
    });
    arrows.forEach((arrow) => {
      const [from, to] = ends(arrow);
      const touches = chosen === null || from === chosen || to === chosen;
      arrow.classList.toggle("gone", gone.has(data.resources[from].type) || gone.has(data.resources[to].type));
      arrow.classList.toggle("faint", !touches || !(clear[from] && clear[to]));
      arrow.classList.toggle("near", chosen !== null && touches);
    });
  };

  const place = (file, span) => file + (span ? ":" + span.start.line : "");

  const neighbours = (title, edges, other) => {
    if (!edges.length) return;
    details.append(make("h2", title));
    const list = make("ul");
    for (const edge of edges) {
      const item = make("li");
      const target = data.resources[other(edge)];
      const button = make("button", target.logical_id);
      button.addEventListener("click", () => choose(target.id, true));
      item.append(button, " ", make("span", target.type, "quiet"));
      let words = edge.label;
      if (edge.when) words += " if " + edge.when.text;
      if (edge.note) words += ", " + edge.note;
      item.append(make("small", words + (edge.span ? " · " + place(edge.file, edge.span) : "")));
      list.append(item);
    }
    details.append(list);
  };

  const choose = (number, move) => {
    chosen = number;
    details.replaceChildren();
    details.hidden = number === null;
    update();
    if (number === null) return;
    const resource = data.resources[number];
    const close = make("button", "×", "close");
    close.title = "close";
    close.addEventListener("click", () => choose(null));
    details.append(close, make("h3", resource.logical_id), make("p", resource.type || "no type"));
    details.append(make("p", place(resource.file, resource.span), "quiet"));
    if (resource.when) details.append(make("p", "Exists if " + resource.when.text));
    for (const finding of data.findings) {
      const at = finding.resources.includes(number);
      if (!at && !finding.involved.includes(number)) continue;
      const block = make("div", undefined, finding.hazard ? "finding danger" : "finding");
      const head = make("p");
      head.append(make("b", finding.severity + " " + finding.code), " " + finding.message);
      block.append(head, make("small", place(finding.file, finding.span)));
      if (finding.when) {
        const clauses = Object.entries(finding.when.conditions).concat(Object.entries(finding.when.parameters));
        const words = clauses.map(([name, value]) => name + " is " + JSON.stringify(value)).concat(finding.when.order);
        block.append(make("p", "When " + words.join(", "), "quiet"));
      }
      if (at) {
        finding.notes.forEach((note) => block.append(make("p", note, "quiet")));
        if (finding.help) block.append(make("p", "Help: " + finding.help));
      }
      details.append(block);
    }
    neighbours("Refers to", data.edges.filter((edge) => edge.from === number), (edge) => edge.to);
    neighbours("Referred to by", data.edges.filter((edge) => edge.to === number), (edge) => edge.from);
    if (move) boxes[number].scrollIntoView({ block: "center", inline: "center" });
  };

  boxes.forEach((box) => {
    const number = Number(box.dataset.resource);
    box.addEventListener("click", (event) => {
      event.stopPropagation();
      choose(number === chosen ? null : number);
    });
    box.addEventListener("keydown", (event) => {
      if (event.key === "Enter" || event.key === " ") {
        event.preventDefault();
        choose(number);
      }
    });
  });
  arrows.forEach((arrow) => arrow.addEventListener("click", (event) => {
    event.stopPropagation();
    choose(ends(arrow)[0]);
  }));
  document.querySelectorAll("[data-show]").forEach((button) => {
    button.addEventListener("click", () => choose(Number(button.dataset.show), true));
  });
  canvas.addEventListener("click", () => choose(null));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") choose(null);
  });
  search.addEventListener("input", update);
  search.addEventListener("keydown", (event) => {
    const first = data.resources.find((resource) => search.value && matches(resource));
    if (event.key === "Enter" && first) choose(first.id, true);
  });
  types.forEach((type) => type.addEventListener("change", update));
  const check = (value) => () => {
    types.forEach((type) => { type.checked = value; });
    update();
  };
  document.getElementById("all").addEventListener("click", check(true));
  document.getElementById("none").addEventListener("click", check(false));

  const [width, height] = ["width", "height"].map((name) => Number(graph.getAttribute(name)));
  let scale = 1;
  const zoom = (to) => {
    scale = Math.min(3, Math.max(0.05, to));
    graph.setAttribute("width", Math.round(width * scale));
    graph.setAttribute("height", Math.round(height * scale));
  };
  const fit = () => zoom(Math.min(1.4, (canvas.clientWidth - 24) / width, (canvas.clientHeight - 28) / height));
  document.getElementById("in").addEventListener("click", () => zoom(scale * 1.25));
  document.getElementById("out").addEventListener("click", () => zoom(scale / 1.25));
  document.getElementById("whole").addEventListener("click", fit);
  canvas.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    zoom(scale * Math.exp(-event.deltaY / 400));
  }, { passive: false });
  // A graph that is a little too wide is shown whole; one that would be too small to read is scrolled to its first hazard.
  const whole = (canvas.clientWidth - 24) / width;
  if (whole < 1) zoom(Math.max(0.68, whole));
  const named = decodeURIComponent(location.hash.slice(1));
  const linked = data.resources.find((resource) => named && resource.logical_id === named);
  const danger = data.resources.find((resource) => resource.hazard);
  if (linked) choose(linked.id, true);
  else if (danger && whole < 0.68) boxes[danger.id].scrollIntoView({ block: "nearest", inline: "center" });
})();
