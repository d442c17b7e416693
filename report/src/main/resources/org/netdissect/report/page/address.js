// gives: numberIn, oneOf, flag, words, addressed

// What is looked at and how, in the address of the page: #place?iou=0.1&sort=label. Only what
// differs from the beginning stands there, so a plain link shows the beginning.

/** A number between two others. */
function numberIn(state, key, low, high) {
  const initial = state[key];
  return {
    get: () => (state[key] === initial ? null : String(state[key])),
    set: (text) => {
      const value = Number(text);
      state[key] = text !== null && text !== "" && value >= low && value <= high ? value : initial;
    },
  };
}

/** One of some words. */
function oneOf(state, key, words) {
  const initial = state[key];
  return {
    get: () => (state[key] === initial ? null : state[key]),
    set: (text) => {
      state[key] = words().includes(text) ? text : initial;
    },
  };
}

function flag(state, key) {
  const initial = state[key];
  return {
    get: () => (state[key] === initial ? null : "1"),
    set: (text) => {
      state[key] = text === "1" ? !initial : initial;
    },
  };
}

function words(state, key) {
  return {
    get: () => state[key] || null,
    set: (text) => {
      state[key] = text ?? "";
    },
  };
}

const SAVED_AFTER_MILLISECONDS = 200;

/** Keeps state in the address, field by field. */
function addressed(fields) {
  let pending = 0;
  const split = () => {
    const hash = location.hash.slice(1);
    const cut = hash.indexOf("?");
    return cut < 0 ? [hash, null] : [hash.slice(0, cut), hash.slice(cut + 1)];
  };
  const flush = () => {
    clearTimeout(pending);
    pending = 0;
    const given = new URLSearchParams();
    for (const [name, field] of Object.entries(fields)) {
      const value = field.get();
      if (value !== null) {
        given.set(name, value);
      }
    }
    const text = given.size > 0 ? "?" + given : "";
    const place = split()[0];
    if ("#" + place + text !== (location.hash || "#")) {
      // The entry of the history stays the same one.
      history.replaceState(history.state, "", "#" + place + text);
    }
  };
  // Before a link is followed or the page is left, the address says what was seen.
  addEventListener("click", () => pending && flush(), { capture: true });
  addEventListener("pagehide", () => pending && flush());
  return {
    /** The place; a state that stands in the address is taken over, all else is as at first. */
    read() {
      const [place, query] = split();
      if (query !== null) {
        const given = new URLSearchParams(query);
        for (const [name, field] of Object.entries(fields)) {
          field.set(given.get(name));
        }
      }
      return place;
    },
    /** Browsers allow few changes a second. */
    save() {
      clearTimeout(pending);
      pending = setTimeout(flush, SAVED_AFTER_MILLISECONDS);
    },
    flush,
  };
}
