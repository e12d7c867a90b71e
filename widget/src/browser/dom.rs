//! Makes the page equal to the tree with as few changes as possible. An element with the same key
//! stays the same element, so it keeps focus, selection and scroll position.

use wasm_bindgen::JsCast;
use web_sys::{Document, Element, HtmlElement, HtmlInputElement, HtmlTextAreaElement, ShadowRoot};

use crate::view::node::{self, Node};

const SVG: &str = "http://www.w3.org/2000/svg";

pub(super) fn document() -> Option<Document> {
    web_sys::window()?.document()
}

/// Adds a style sheet as an object: a strict content policy forbids `style` elements, not this.
pub(super) fn style(root: &ShadowRoot, css: &str) {
    let Ok(sheet) = web_sys::CssStyleSheet::new() else {
        return;
    };
    if sheet.replace_sync(css).is_ok() {
        root.adopted_style_sheets().push(&sheet);
    }
}

/// `old` is what `parent` holds now, node for node.
pub(super) fn patch(parent: &Element, old: &[Node], new: &[Node], svg: bool) {
    if old == new {
        return;
    }
    let Some(document) = document() else { return };
    let children = parent.child_nodes();
    let existing: Vec<Option<web_sys::Node>> = (0..old.len() as u32).map(|index| children.get(index)).collect();
    let matches = pair(old, new);
    let mut kept = vec![false; old.len()];
    for index in matches.iter().flatten() {
        kept[*index] = true;
    }
    for (index, node) in existing.iter().enumerate() {
        if let Some(node) = node
            && !kept[index]
        {
            let _ = parent.remove_child(node);
        }
    }
    for (place, (node, found)) in new.iter().zip(matches).enumerate() {
        let reused = found.and_then(|index| Some((existing[index].clone()?, &old[index])));
        let shown = match reused {
            Some((shown, before)) => {
                update(&shown, before, node, svg);
                shown
            }
            None => match create(&document, node, svg) {
                Some(shown) => shown,
                None => continue,
            },
        };
        let there = children.get(place as u32);
        if there.as_ref() != Some(&shown) {
            let _ = parent.insert_before(&shown, there.as_ref());
        }
    }
}

/// For each new node the old one it continues: by key, or the next of its kind without one.
fn pair(old: &[Node], new: &[Node]) -> Vec<Option<usize>> {
    let mut unkeyed = old.iter().enumerate().filter(|(_, node)| node.key().is_none()).peekable();
    let mut expected = 0;
    new.iter()
        .map(|node| match node.key() {
            Some(key) => {
                // Nearly always the one after the last; only what moved is searched for.
                let is_it = |index: &usize| old.get(*index).is_some_and(|node| node.key() == Some(key));
                let found = Some(expected).filter(is_it).or_else(|| (0..old.len()).find(is_it));
                expected = found.map_or(expected, |index| index + 1);
                found.filter(|index| same_kind(&old[*index], node))
            }
            None => unkeyed.next_if(|(_, before)| same_kind(before, node)).map(|(index, _)| index),
        })
        .collect()
}

fn same_kind(old: &Node, new: &Node) -> bool {
    match (old, new) {
        (Node::Text(_), Node::Text(_)) => true,
        (Node::Element(old), Node::Element(new)) => old.tag == new.tag,
        _ => false,
    }
}

fn create(document: &Document, node: &Node, svg: bool) -> Option<web_sys::Node> {
    match node {
        Node::Text(text) => Some(document.create_text_node(text).into()),
        Node::Element(element) => {
            let svg = svg || element.tag == "svg";
            let shown = if svg {
                document.create_element_ns(Some(SVG), element.tag)
            } else {
                document.create_element(element.tag)
            }
            .ok()?;
            for (name, value) in &element.attributes {
                let _ = shown.set_attribute(name, value);
            }
            patch(&shown, &[], &element.children, svg);
            set_value(&shown, element);
            Some(shown.into())
        }
    }
}

fn update(shown: &web_sys::Node, old: &Node, new: &Node, svg: bool) {
    match (old, new) {
        (Node::Text(old), Node::Text(new)) if old != new => shown.set_node_value(Some(new)),
        (Node::Element(old), Node::Element(new)) => {
            let Some(shown) = shown.dyn_ref::<Element>() else {
                return;
            };
            if old.attributes != new.attributes {
                for (name, value) in &new.attributes {
                    if !old.attributes.contains(&(*name, value.clone())) {
                        let _ = shown.set_attribute(name, value);
                    }
                }
                for (name, _) in &old.attributes {
                    if !new.attributes.iter().any(|(kept, _)| kept == name) {
                        let _ = shown.remove_attribute(name);
                    }
                }
            }
            patch(shown, &old.children, &new.children, svg || new.tag == "svg");
            set_value(shown, new);
        }
        _ => {}
    }
}

fn set_value(shown: &Element, node: &node::Element) {
    let Some(value) = &node.value else { return };
    if let Some(field) = shown.dyn_ref::<HtmlTextAreaElement>() {
        if field.value() != *value {
            field.set_value(value);
        }
        grow(field);
    } else if let Some(field) = shown.dyn_ref::<HtmlInputElement>()
        && field.value() != *value
    {
        field.set_value(value);
    }
}

/// As high as its text, up to what the style allows.
fn grow(field: &HtmlTextAreaElement) {
    let style = field.style();
    let _ = style.set_property("height", "auto");
    let height = field.scroll_height();
    if height > 0 {
        let _ = style.set_property("height", &format!("{height}px"));
    }
}

pub(super) fn find(panel: &Element, selector: &str) -> Option<HtmlElement> {
    panel.query_selector(selector).ok().flatten().and_then(|found| found.dyn_into().ok())
}

pub(super) fn log(panel: &Element) -> Option<HtmlElement> {
    find(panel, ".log")
}

/// Where the log stood before a change, so that older messages that come in above do not push
/// away what the customer reads, and new ones below are shown to who was at the end.
pub(super) struct Place {
    height: i32,
    top: i32,
    at_end: bool,
}

impl Place {
    pub(super) fn of(panel: &Element, at_end: bool) -> Self {
        let log = log(panel);
        Self {
            height: log.as_ref().map_or(0, HtmlElement::scroll_height),
            top: log.as_ref().map_or(0, HtmlElement::scroll_top),
            at_end,
        }
    }

    pub(super) fn keep(&self, panel: &Element) {
        let Some(log) = log(panel) else { return };
        let grown = log.scroll_height() - self.height;
        if self.at_end {
            to_end(panel);
        } else if self.top < 200 && grown > 0 && log.scroll_top() == self.top {
            log.set_scroll_top(self.top + grown);
        }
    }
}

pub(super) fn to_end(panel: &Element) {
    if let Some(log) = log(panel) {
        log.set_scroll_top(log.scroll_height());
    }
}
