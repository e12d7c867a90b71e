//! A tree of elements as plain values. Text is only ever text: there is no way to put markup in.

use std::borrow::Cow;

use crate::model::{Act, Field};

type Text = Cow<'static, str>;

#[derive(Clone, Debug, PartialEq)]
pub enum Node {
    Text(Text),
    Element(Element),
}

#[derive(Clone, Debug, PartialEq)]
pub struct Element {
    pub tag: &'static str,
    /// Tells siblings apart, so that an element that moves stays the same element.
    pub key: Option<String>,
    pub attributes: Vec<(&'static str, Text)>,
    /// The text of an input, compared with what the browser has.
    pub value: Option<String>,
    pub children: Vec<Node>,
}

pub fn el(tag: &'static str) -> Element {
    Element { tag, key: None, attributes: Vec::new(), value: None, children: Vec::new() }
}

impl Element {
    #[must_use]
    pub fn key(mut self, key: impl Into<String>) -> Self {
        self.key = Some(key.into());
        self
    }

    #[must_use]
    pub fn attr(self, name: &'static str, value: impl Into<Text>) -> Self {
        self.with_attribute(name, value.into())
    }

    // Inlined, these two would be a third of the program.
    #[inline(never)]
    fn with_attribute(mut self, name: &'static str, value: Text) -> Self {
        self.attributes.push((name, value));
        self
    }

    #[inline(never)]
    fn with_child(mut self, child: Node) -> Self {
        self.children.push(child);
        self
    }

    /// An attribute that is there or not, such as `disabled`.
    #[must_use]
    pub fn flag(self, name: &'static str, on: bool) -> Self {
        if on { self.attr(name, "") } else { self }
    }

    #[must_use]
    pub fn class(self, class: impl Into<Text>) -> Self {
        self.with_attribute("class", class.into())
    }

    /// The name a screen reader gives it.
    #[must_use]
    pub fn label(self, label: impl Into<Text>) -> Self {
        self.attr("aria-label", label)
    }

    #[must_use]
    pub fn act(self, act: &Act) -> Self {
        self.attr("data-act", act.encode())
    }

    /// An input whose text goes to `field`.
    #[must_use]
    pub fn input(mut self, field: Field, value: &str) -> Self {
        self.value = Some(value.to_owned());
        self.attr("data-field", field.as_str())
    }

    #[must_use]
    pub fn text(self, text: impl Into<Text>) -> Self {
        self.with_child(Node::Text(text.into()))
    }

    #[must_use]
    pub fn child(self, child: Element) -> Self {
        self.with_child(Node::Element(child))
    }

    #[must_use]
    pub fn children(mut self, children: impl IntoIterator<Item = Element>) -> Self {
        self.children.extend(children.into_iter().map(Node::Element));
        self
    }
}

impl Node {
    pub fn key(&self) -> Option<&str> {
        match self {
            Self::Text(_) => None,
            Self::Element(element) => element.key.as_deref(),
        }
    }
}
