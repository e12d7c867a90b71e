/* The chat's launcher. Until the customer opens the chat it asks the server for its configuration
   and nothing else, stores nothing, and reads no storage. Everything it draws is inside a shadow
   root, styled by a style sheet object, so the page's rules (and its content policy) do not meet ours. */
(() => {
  "use strict";
  if (window.hummdesk && window.hummdesk.run) return;

  const WORDS = {
    en: ["Open chat", "Close chat", "unread", "The chat could not be loaded.", "Try again"],
    fi: ["Avaa keskustelu", "Sulje keskustelu", "lukematta", "Keskustelua ei voitu ladata.", "Yritä uudelleen"],
    sv: ["Öppna chatten", "Stäng chatten", "olästa", "Chatten kunde inte laddas.", "Försök igen"],
    de: ["Chat öffnen", "Chat schließen", "ungelesen", "Der Chat konnte nicht geladen werden.", "Erneut versuchen"],
    fr: ["Ouvrir la discussion", "Fermer la discussion", "non lus", "La discussion n’a pas pu être chargée.", "Réessayer"],
  };
  const CSS = `:host{all:initial!important;position:fixed!important;z-index:2147483000!important}
@media print{:host{display:none!important}}
*{box-sizing:border-box}[hidden]{display:none!important}
.w{--panel:#fff;--sunken:#f4f3f1;--line:#d9d8d4;--line-soft:#ededea;--ink:#191f23;--ink-2:#50565b;--ink-3:#666c70;--accent:#00797a;--accent-ink:#005b5b;--accent-soft:#e0f5f5;--on-accent:#f8fdfd;--red:#c22a2f;--red-soft:#ffeae8;--green:#287c42;--green-soft:#e3f6e6;color-scheme:light;font:14.5px/1.5 "Inter Variable",Inter,system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;color:var(--ink);-webkit-font-smoothing:antialiased;text-align:start}
.dark{--panel:#15191c;--sunken:#22282b;--line:#394044;--line-soft:#262c2f;--ink:#ededea;--ink-2:#adb2b6;--ink-3:#959ca0;--accent:#49b8b8;--accent-ink:#78d7d6;--accent-soft:#102d2d;--on-accent:#051212;--red:#f2716a;--red-soft:#41211e;--green:#6bc987;--green-soft:#192f1f;color-scheme:dark}
button{font:inherit;color:inherit;border:0;background:none;cursor:pointer;padding:0}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
svg{width:18px;height:18px;fill:none;stroke:currentColor;stroke-width:1.8;stroke-linecap:round;stroke-linejoin:round;flex:none}
.bubble{position:fixed;right:22px;bottom:22px;width:56px;height:56px;border-radius:50%;background:var(--accent);color:var(--on-accent);display:grid;place-items:center;box-shadow:0 8px 26px #0045465e}
.bubble:focus-visible{outline-offset:3px}.bubble svg{width:25px;height:25px}
.badge{position:absolute;top:-3px;right:-3px;min-width:21px;height:21px;padding:0 6px;border-radius:11px;background:#c22a2f;color:#fff;font:600 12px/21px system-ui,sans-serif;text-align:center}
.panel{position:fixed;right:22px;bottom:92px;width:380px;height:min(640px,calc(100vh - 112px));background:var(--panel);border-radius:18px;box-shadow:0 2px 6px #191f2314,0 18px 60px #191f2338;overflow:hidden;overscroll-behavior:contain;display:flex;flex-direction:column;animation:in .14s ease-out}
.left .bubble,.left .panel{right:auto;left:22px}.dark .panel{box-shadow:0 0 0 1px var(--line),0 18px 60px #0009}
@keyframes in{from{opacity:0;transform:translateY(8px)}}
@media(prefers-reduced-motion:reduce){*{animation:none!important;transition:none!important;scroll-behavior:auto!important}}
.bones{padding:22px 20px;display:grid;gap:14px}.bones i{height:14px;border-radius:7px;background:var(--sunken)}.bones i:nth-child(1){width:72px;height:34px;border-radius:17px}.bones i:nth-child(2){width:64%;height:20px}.bones i:nth-child(4){height:62px;border-radius:14px;margin-top:16px}
.sorry{margin:auto;padding:24px;text-align:center}.sorry button{display:block;margin:10px auto;color:var(--accent-ink);font-weight:600;text-decoration:underline}
@media(max-width:480px){.panel,.left .panel{inset:0;width:auto;height:auto;border-radius:0}.w:not(.closed) .bubble{display:none}}`;
  const CHAT = "M21 11.5a8.4 8.4 0 0 1-9 8.2 9.6 9.6 0 0 1-3.6-.7L3.5 20.5 5 16a8 8 0 0 1-2-4.5 8.6 8.6 0 0 1 9-8.2 8.6 8.6 0 0 1 9 8.2z";
  const DOWN = "m6 9 6 6 6-6";

  const settings = () => window.hummdeskSettings || {};
  const phone = matchMedia("(max-width:480px)");
  const night = matchMedia("(prefers-color-scheme:dark)");
  let options, config, app, loading, root, wrap, panel, bubble, path, badge, user, attributes, locale;
  let unread = 0, wanted = false;

  const emit = (name, detail) => document.dispatchEvent(new CustomEvent("hummdesk:" + name, { detail }));
  const fail = (error) => emit("error", { message: String((error && error.message) || error) });
  const language = () => String(locale || settings().locale || navigator.language || "en");
  const words = () => WORDS[language().slice(0, 2).toLowerCase()] || WORDS.en;
  const isOpen = () => !!panel && !panel.hidden;
  const tell = (name, value) => app && app.command(name, value);

  function make(tag, className, parent) {
    const element = document.createElement(tag);
    if (className) element.className = className;
    if (tag === "button") element.type = "button";
    return parent ? parent.appendChild(element) : element;
  }

  function draw() {
    const host = make("div");
    host.id = "hummdesk";
    root = host.attachShadow({ mode: "open" });
    try {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(CSS);
      root.adoptedStyleSheets = [sheet];
    } catch {
      make("style", "", root).textContent = CSS;
    }
    wrap = make("div", "", root);
    panel = make("section", "panel", wrap);
    panel.id = "panel";
    panel.hidden = true;
    panel.setAttribute("role", "dialog");
    panel.setAttribute("aria-label", config.account_name);
    bubble = make("button", "bubble", wrap);
    bubble.setAttribute("aria-controls", "panel");
    const ns = "http://www.w3.org/2000/svg";
    const svg = bubble.appendChild(document.createElementNS(ns, "svg"));
    svg.setAttribute("viewBox", "0 0 24 24");
    svg.setAttribute("aria-hidden", "true");
    path = svg.appendChild(document.createElementNS(ns, "path"));
    badge = make("span", "badge", bubble);
    badge.setAttribute("aria-hidden", "true");
    bubble.addEventListener("click", () => toggle());
    panel.addEventListener("keydown", keys);
    night.addEventListener("change", show);
    phone.addEventListener("change", show);
    show();
    document.body.appendChild(host);
  }

  /** Makes the launcher say what is so. */
  function show() {
    if (!wrap) return;
    const { position, darkMode } = settings();
    const open = isOpen();
    const dark = darkMode === "dark" || (darkMode !== "light" && night.matches);
    wrap.className = "w" + (position === "left" ? " left" : "") + (dark ? " dark" : "") + (open ? "" : " closed");
    wrap.lang = language().slice(0, 2);
    path.setAttribute("d", open ? DOWN : CHAT);
    bubble.setAttribute("aria-expanded", open);
    bubble.setAttribute("aria-label", words()[open ? 1 : 0] + (unread ? `, ${unread} ${words()[2]}` : ""));
    badge.textContent = unread > 99 ? "99+" : unread;
    badge.hidden = !unread || open;
    panel.setAttribute("aria-modal", phone.matches);
  }

  /** Escape closes; on a phone, where the chat covers the page, Tab stays inside. */
  function keys(event) {
    if (event.key === "Escape") return toggle("close");
    if (event.key !== "Tab" || !phone.matches) return;
    const stops = [...panel.querySelectorAll("a[href],button,input,textarea,[tabindex='0']")]
      .filter((stop) => !stop.disabled && stop.tabIndex >= 0 && stop.getClientRects().length);
    const last = stops.length - 1;
    const at = stops.indexOf(root.activeElement);
    if (event.shiftKey ? at <= 0 : at === last) {
      event.preventDefault();
      if (last >= 0) stops[event.shiftKey ? last : 0].focus();
    }
  }

  function load() {
    if (loading) return;
    panel.textContent = "";
    const bones = make("div", "bones", panel);
    for (let i = 0; i < 5; i++) make("i", "", bones);
    const { baseUrl, websiteToken } = options;
    const handover = {
      root, panel, baseUrl, websiteToken, config, emit,
      get locale() { return language(); },
      get user() { return user; },
      get attributes() { return attributes; },
      close: () => toggle("close"),
      unread(count) { unread = count; show(); },
    };
    loading = import(baseUrl + config.script)
      .then((module) => module.default({ module_or_path: baseUrl + config.wasm }).then(() => {
        module.mount(handover);
        app = module;
        tell(isOpen() ? "opened" : "closed");
      }))
      .catch((error) => {
        loading = null;
        fail(error);
        panel.textContent = "";
        const sorry = make("div", "sorry", panel);
        sorry.setAttribute("role", "alert");
        sorry.textContent = words()[3];
        const again = make("button", "", sorry);
        again.textContent = words()[4];
        again.addEventListener("click", load);
      });
  }

  function toggle(to) {
    if (!panel) {
      wanted = to ? to === "open" : !wanted;
      return;
    }
    const open = to ? to === "open" : panel.hidden;
    if (open === isOpen()) return;
    panel.hidden = !open;
    show();
    if (open) {
      load();
      tell("opened");
    } else {
      tell("closed");
      bubble.focus({ preventScroll: true });
    }
    emit(open ? "opened" : "closed");
  }

  const origin = document.currentScript && document.currentScript.src && new URL(document.currentScript.src).origin;

  window.hummdesk = {
    /** Shows the launcher; once a page. */
    run(given) {
      if (options) return;
      options = { ...given, baseUrl: String((given && given.baseUrl) || origin || location.origin).replace(/\/+$/, "") };
      const url = `${options.baseUrl}/api/widget/config?website_token=${encodeURIComponent(options.websiteToken)}`;
      fetch(url, { credentials: "omit" })
        .then((response) => {
          if (!response.ok) throw new Error("The chat is not available: HTTP " + response.status);
          return response.json();
        })
        .then((answer) => {
          config = answer;
          const start = () => {
            draw();
            emit("ready");
            if (wanted) toggle("open");
          };
          if (document.body) start();
          else addEventListener("DOMContentLoaded", start);
        })
        .catch((error) => {
          options = undefined;
          fail(error);
        });
    },
    /** "open", "close", or the other of the two. */
    toggle,
    setUser(identifier, about) {
      user = { ...about, identifier: String(identifier) };
      tell("user", user);
    },
    setCustomAttributes(given) {
      attributes = { ...attributes, ...given };
      tell("attributes", attributes);
    },
    setLocale(tag) {
      locale = tag;
      show();
      tell("locale", language());
    },
    /** Forgets the visitor, as on signing out of the host site. */
    reset() {
      user = attributes = undefined;
      if (app) return tell("reset");
      try {
        const mine = `hummdesk:${options.websiteToken}:`;
        Object.keys(localStorage).filter((key) => key.startsWith(mine)).forEach((key) => localStorage.removeItem(key));
      } catch {
        // Nothing can be stored here, so there is nothing to forget.
      }
    },
  };
})();
