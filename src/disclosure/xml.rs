//! XML of office files, piece by piece: no recursion, no entities but the five of XML, no second meaning of a name.

use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

/// A piece of an XML text.
#[derive(Debug, Clone)]
pub enum Piece<'x> {
    /// An element begins.
    Open(Element<'x>),
    /// An element ends; its name without prefix.
    Close(String),
    /// Text.
    Text(String),
}

/// The start of an element.
#[derive(Debug, Clone)]
pub struct Element<'x> {
    start: BytesStart<'x>,
}

impl Element<'_> {
    /// The name without its prefix.
    pub fn name(&self) -> &str {
        local(self.start.name().into_inner())
    }

    /// The name with its prefix.
    pub fn full_name(&self) -> String {
        self.start.name().into_inner().to_owned()
    }

    /// An attribute by its name without prefix.
    pub fn attribute(&self, name: &str) -> Option<String> {
        self.attributes()
            .into_iter()
            .find(|(key, _)| local(key) == name)
            .map(|(_, value)| value)
    }

    /// All attributes: names with prefixes, values decoded.
    pub fn attributes(&self) -> Vec<(String, String)> {
        /// More than any office program writes.
        const MOST: usize = 200;
        let mut attributes = self.start.attributes();
        let attributes = attributes.with_checks(false).take(MOST).flatten();
        attributes
            .map(|one| {
                let value = one
                    .normalized_value(XmlVersion::Implicit1_0)
                    .map_or_else(|_| one.value.to_string(), |value| value.into_owned());
                (one.key.into_inner().to_owned(), value)
            })
            .collect()
    }

    /// Whether an attribute switches something on: `1`, `true`, `on`, or nothing at all where the element says it.
    pub fn is_on(&self, name: &str) -> bool {
        self.attribute(name)
            .is_some_and(|value| matches!(value.as_str(), "1" | "true" | "on" | "t"))
    }
}

/// A name without its prefix.
pub fn local(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}

/// The pieces of an XML text.
pub struct Pieces<'x> {
    reader: Reader<&'x [u8]>,
    depth: usize,
    broken: bool,
}

/// The pieces of an XML text.
pub fn pieces(text: &str) -> Pieces<'_> {
    let mut reader = Reader::from_str(text);
    reader.config_mut().expand_empty_elements = true;
    Pieces {
        reader,
        depth: 0,
        broken: false,
    }
}

impl Pieces<'_> {
    /// Whether reading ended before the text did.
    pub fn is_broken(&self) -> bool {
        self.broken
    }
}

impl<'x> Iterator for Pieces<'x> {
    type Item = Piece<'x>;

    fn next(&mut self) -> Option<Piece<'x>> {
        /// Deeper than any office program nests.
        const DEEPEST: usize = 400;
        while !self.broken {
            match self.reader.read_event() {
                Ok(Event::Start(start)) => {
                    self.depth += 1;
                    self.broken = self.depth > DEEPEST;
                    return Some(Piece::Open(Element { start }));
                }
                Ok(Event::End(end)) => {
                    self.depth = self.depth.saturating_sub(1);
                    return Some(Piece::Close(local(end.name().into_inner()).to_owned()));
                }
                Ok(Event::Text(text)) => return Some(Piece::Text(text.xml10_content().into_owned())),
                Ok(Event::CData(text)) => return Some(Piece::Text(text.xml10_content().into_owned())),
                Ok(Event::GeneralRef(reference)) => {
                    let character = match reference.resolve_char_ref() {
                        Ok(Some(character)) => Some(character),
                        _ => entity(&reference.xml10_content()),
                    };
                    return Some(Piece::Text(character.map(String::from).unwrap_or_default()));
                }
                Ok(Event::Eof) => {
                    self.broken = self.depth > 0;
                    return None;
                }
                Ok(_) => {}
                Err(_) => self.broken = true,
            }
        }
        None
    }
}

fn entity(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => None,
    }
}

/// A text as it stands in an XML text or attribute; what XML 1.0 cannot hold is left out.
pub fn escaped(text: &str) -> String {
    let mut written = String::with_capacity(text.len());
    for one in text.chars() {
        match one {
            '&' => written.push_str("&amp;"),
            '<' => written.push_str("&lt;"),
            '>' => written.push_str("&gt;"),
            '"' => written.push_str("&quot;"),
            '\t' | '\n' | '\r' => written.push(one),
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => {}
            _ => written.push(one),
        }
    }
    written
}

/// The text of all of an XML text, a line for each element that ends.
pub fn all_text(text: &str) -> String {
    let mut all = String::new();
    for piece in pieces(text) {
        match piece {
            Piece::Text(text) => all.push_str(&text),
            Piece::Close(_) if !all.ends_with('\n') => all.push('\n'),
            Piece::Open(_) | Piece::Close(_) => {}
        }
    }
    all
}
