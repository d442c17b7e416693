// Checks scripts that are joined into pages: what each takes and gives against what its code says.
//
// usage: node check-scripts.js PAGE... where a PAGE is the paths of its scripts, in order, joined by commas
//
// Not a full parser: it tokenizes, finds declarations with the range of tokens in which they hold,
// and resolves every other identifier to the innermost of them. Labels and "var" are not known and
// refused.
"use strict";
const { readFileSync } = require("node:fs");
const { basename } = require("node:path");
const { Script } = require("node:vm");

// What the language and the browser give.
const GLOBALS = new Set(("Array Blob Error Float32Array Float64Array Image Infinity Int32Array IntersectionObserver JSON Map Math Number Object "
  + "OffscreenCanvas Path2D Promise Set String Uint8Array Uint8ClampedArray Uint16Array Uint32Array Boolean URL URLSearchParams XMLSerializer ImageData addEventListener atob btoa "
  + "cancelAnimationFrame clearTimeout decodeURIComponent devicePixelRatio document encodeURIComponent getComputedStyle history "
  + "localStorage location matchMedia performance requestAnimationFrame setTimeout undefined window").split(" "));
const KEYWORDS = new Set(("async await break case catch const continue default delete do else false finally for function if in instanceof let "
  + "new null return switch this throw true try typeof void while").split(" "));
const REFUSED = new Set(["var", "class", "import", "export", "with", "eval", "arguments", "yield"]);
const CLOSING = { "(": ")", "[": "]", "{": "}" };
const HEADS = new Set(["if", "for", "while", "switch"]);
const TOKEN = /(?<space>\s+|\/\/[^\n]*|\/\*[^]*?\*\/)|(?<name>[A-Za-z_$][\w$]*)|(?<number>0[xX][\da-fA-F]+|\d*\.?\d+(?:[eE][-+]?\d+)?)|(?<string>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')|(?<mark>=>|\.\.\.|\?\.(?!\d)|\?\?|[^])/y;
const REGEX = /\/(?:\\.|\[(?:\\.|[^\]\\])*\]|[^/\\[\n])+\/[a-z]*/y;

/** Tokens without space and comments; a template becomes its expressions, each in parentheses. */
function tokenize(source) {
  const tokens = [];
  let at = 0;
  const add = (kind, text) => tokens.push({ kind, text, line: source.slice(0, at).split("\n").length });
  const template = () => {
    for (at++; source[at] !== "`"; at++) {
      if (source[at] === "\\") {
        at++;
      } else if (source.startsWith("${", at)) {
        at += 2;
        add("mark", "(");
        run("}");
        add("mark", ")");
      }
    }
    at++;
    add("string", "``");
  };
  /** Up to the end, or before the closing brace of a template's expression. */
  const run = (end) => {
    for (let depth = 0; at < source.length;) {
      const before = tokens.at(-1);
      const operand = before && (before.kind === "number" || before.kind === "string" || (before.kind === "name" && !KEYWORDS.has(before.text) && before.text !== "of") || [")", "]", "}"].includes(before.text));
      REGEX.lastIndex = at;
      TOKEN.lastIndex = at;
      const { groups, 0: text } = TOKEN.exec(source);
      if (text === "/" && !operand && REGEX.test(source)) {
        add("string", "//");
        at = REGEX.lastIndex;
        continue;
      }
      if (text === "`") {
        template();
        continue;
      }
      if (text === end && depth === 0) {
        return;
      }
      depth += text === "{" ? 1 : text === "}" ? -1 : 0;
      const kind = Object.keys(groups).find((key) => groups[key] !== undefined);
      if (kind !== "space") {
        add(kind, text);
      }
      at += text.length;
    }
  };
  run(null);
  return tokens;
}

/** For every bracket its other end, and for every token the bracket that it stands in; −1 at the top. */
function bracketed(tokens) {
  const other = [];
  const inside = [];
  const open = [];
  tokens.forEach(({ kind, text }, i) => {
    if (kind === "mark" && Object.values(CLOSING).includes(text)) {
      const start = open.pop();
      other[start] = i;
      other[i] = start;
    }
    inside[i] = open.at(-1) ?? -1;
    if (kind === "mark" && CLOSING[text]) {
      open.push(i);
    }
  });
  return { other, inside };
}

/** Which names of a script are declared at its top, which come from elsewhere, and what is amiss. */
function namesOf(source) {
  const tokens = tokenize(source);
  const { other, inside } = bracketed(tokens);
  const is = (i, text) => tokens[i]?.text === text && tokens[i].kind !== "string";
  const isOf = (i) => is(i, "of") && is(inside[i], "(") && is(inside[i] - 1, "for") && [",", "(", ";", "="].every((mark) => !is(i - 1, mark));
  const isName = (i) => tokens[i]?.kind === "name" && !KEYWORDS.has(tokens[i].text) && !isOf(i);
  const declarations = [];
  const declaring = new Set();
  const amiss = [];

  /** The first token from i on, in the same brackets, that is one of these or ends the brackets. */
  const upTo = (i, texts) => {
    while (i < tokens.length && !texts.some((text) => is(i, text)) && ![")", "]", "}"].some((text) => is(i, text))) {
      i = (CLOSING[tokens[i].text] && tokens[i].kind === "mark" ? other[i] : i) + 1;
    }
    return i;
  };
  const declare = (i, from, to, kind) => {
    declarations.push({ name: tokens[i].text, from, to, kind, line: tokens[i].line, used: false });
    declaring.add(i);
  };
  /** Declares the names of a pattern; gives the token after it. */
  const pattern = (i, from, to, kind) => {
    if (is(i, "...")) {
      return pattern(i + 1, from, to, kind);
    }
    if (isName(i)) {
      declare(i, from, to, kind);
      return i + 1;
    }
    for (let at = i + 1; at < other[i];) {
      at = is(at, ",") ? at : pattern(is(i, "{") && is(at + 1, ":") ? at + 2 : at, from, to, kind);
      at = upTo(at, [","]) + 1;
    }
    return other[i] + 1;
  };
  const parameters = (open, from, to) => {
    for (let at = open + 1; at < other[open];) {
      at = upTo(pattern(at, from, to, "parameter"), [","]) + 1;
    }
  };
  /** The last token of what begins here: a block, or a statement or expression without one. */
  const endOf = (i, ends) => (is(i, "{") ? other[i] : upTo(i, ends));
  const block = (i) => {
    let at = inside[i];
    while (at >= 0 && !is(at, "{")) {
      at = inside[at];
    }
    return at < 0 ? [0, tokens.length] : [at, other[at]];
  };

  tokens.forEach((token, i) => {
    if (token.kind === "string") {
      return;
    }
    const property = is(i - 1, ".") || is(i - 1, "?.");
    if (!property && REFUSED.has(token.text) && !is(i + 1, ":")) {
      amiss.push(token.line + ": " + token.text + " is not understood here");
    } else if (!property && (token.text === "const" || token.text === "let")) {
      const loop = is(inside[i], "(") && is(inside[i] - 1, "for");
      const [from, to] = loop ? [inside[i], statementEnd(other[inside[i]] + 1)] : block(i);
      let at = i;
      do {
        at = pattern(at + 1, from, to, token.text);
        at = isOf(at) ? at : upTo(at, [",", ";"]);
      } while (is(at, ","));
    } else if (!property && token.text === "function") {
      const open = upTo(i + 1, ["("]);
      const end = other[other[open] + 1];
      const statement = i === 0 || [";", "}", "{"].some((mark) => is(i - 1, mark)) || is(i - 1, "async");
      if (isName(i + 1)) {
        declare(i + 1, ...(statement ? block(i) : [i, end]), "function");
      }
      parameters(open, open, end);
    } else if (token.text === "=>" && is(i - 1, ")")) {
      parameters(other[i - 1], other[i - 1], endOf(i + 1, [",", ";"]));
    } else if (token.text === "=>") {
      declare(i - 1, i - 1, endOf(i + 1, [",", ";"]), "parameter");
    } else if (token.text === "catch" && is(i + 1, "(")) {
      parameters(i + 1, i + 1, other[other[i + 1] + 1]);
    } else if (isMethod(i)) {
      parameters(i + 1, i + 1, other[other[i + 1] + 1]);
    }
  });

  function statementEnd(i) {
    if (is(i, "for") || is(i, "if") || is(i, "while")) {
      return statementEnd(other[i + 1] + 1);
    }
    return endOf(i, [";"]);
  }

  function isMethod(i) {
    return tokens[i].kind === "name" && !HEADS.has(tokens[i].text) && tokens[i].text !== "catch" && is(i + 1, "(") && is(other[i + 1] + 1, "{")
      && !is(i - 1, "function") && (is(i - 1, "{") || is(i - 1, ",") || is(i - 1, "async"));
  }

  const free = new Map();
  tokens.forEach((token, i) => {
    const key = is(inside[i], "{") && is(i + 1, ":") && (is(i - 1, "{") || is(i - 1, ","));
    if (!isName(i) || declaring.has(i) || is(i - 1, ".") || is(i - 1, "?.") || key || isMethod(i)) {
      return;
    }
    const bound = declarations
      .filter((one) => one.name === token.text && one.from <= i && i <= one.to)
      .reduce((inner, one) => (inner === null || one.from >= inner.from ? one : inner), null);
    if (bound !== null) {
      bound.used = true;
    } else if (!GLOBALS.has(token.text)) {
      free.set(token.text, free.get(token.text) ?? token.line);
    }
  });
  const isTop = (one) => one.from === 0 && one.to === tokens.length;
  declarations.filter((one) => !isTop(one) && !one.used && one.kind !== "parameter")
    .forEach((one) => amiss.push(one.line + ": " + one.name + " is not used"));
  return { top: declarations.filter(isTop), free, amiss };
}

/** The names in the lines at the head of a script that begin so. */
function declared(source, word) {
  const head = /^(?:\/\/ (?:takes|gives): .*\n)*/.exec(source)[0];
  return head.split("\n").filter((line) => line.startsWith("// " + word + ": ")).flatMap((line) => line.slice(10).split(", "));
}

const scripts = new Map();
function script(path) {
  if (!scripts.has(path)) {
    const source = readFileSync(path, "utf8");
    scripts.set(path, { path, name: basename(path), source, takes: declared(source, "takes"), gives: declared(source, "gives"), ...namesOf(source) });
  }
  return scripts.get(path);
}

const findings = [];
const pages = process.argv.slice(2).map((paths) => paths.split(",").map(script));
for (const one of scripts.values()) {
  const find = (text) => findings.push(one.name + ":" + text);
  const twice = (names) => names.filter((name, i) => names.indexOf(name) !== i);
  const tops = one.top.map((top) => top.name);
  one.amiss.forEach(find);
  [...one.free].filter(([name]) => !one.takes.includes(name)).forEach(([name, line]) => find(line + ": " + name + " is neither declared nor taken"));
  one.takes.filter((name) => !one.free.has(name)).forEach((name) => find(" takes " + name + " and does not use it"));
  one.gives.filter((name) => !tops.includes(name)).forEach((name) => find(" gives " + name + " and does not define it"));
  one.top.filter((top) => !top.used && !one.gives.includes(top.name)).forEach((top) => find(top.line + ": " + top.name + " is neither used nor given"));
  [...twice(one.takes), ...twice(one.gives), ...twice(tops)].forEach((name) => find(" names " + name + " twice"));
  const takers = pages.filter((page) => page.includes(one)).flat().filter((other) => other !== one);
  one.gives.filter((name) => !takers.some((other) => other.takes.includes(name))).forEach((name) => find(" gives " + name + ", which nothing takes"));
}
for (const page of pages) {
  const last = page.at(-1).name;
  for (const one of page) {
    one.takes.filter((name) => !page.some((other) => other !== one && other.gives.includes(name)))
      .forEach((name) => findings.push(one.name + ": takes " + name + ", which nothing gives in the page of " + last));
  }
  try {
    new Script("\"use strict\";\n(() => {\n" + page.map((one) => one.source).join("") + "})();\n");
  } catch (error) {
    findings.push("the page of " + last + ": " + error.message);
  }
  const owner = new Map();
  for (const one of page) {
    for (const { name } of one.top) {
      if (owner.has(name)) {
        findings.push(one.name + ": defines " + name + " as " + owner.get(name) + " does");
      }
      owner.set(name, one.name);
    }
  }
}
findings.forEach((finding) => console.log(finding));
process.exitCode = findings.length === 0 ? 0 : 1;
