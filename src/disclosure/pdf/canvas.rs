//! What a page paints, in the order in which it does: letters, boxes, pictures.

use std::collections::BTreeMap;

use lopdf::content::{Content, Operation};
use lopdf::{Dictionary, Document, Object, ObjectId};

use super::font::Font;
use super::geometry::{Matrix, Rect};
use super::paint::{Paint, State};
use super::{MOST_STREAM, dictionary, inherited, numbers, resolved, seen_area, value};

/// Where an operation stands: in the page's own content, or in that of a form that the page uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {
    /// The content of the page.
    Page,
    /// The content of a form.
    Form(ObjectId),
}

/// Why a letter is not seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unseen {
    /// Painted without being painted, in the colour of the paper, or of no size.
    Invisible,
    /// On a layer that is off.
    LayerOff,
    /// Outside of what is seen of the page.
    Outside,
    /// Painted over later.
    Covered,
}

/// A letter on a page.
#[derive(Debug, Clone, PartialEq)]
pub struct Glyph {
    /// Which content it stands in.
    pub source: Source,
    /// The number of the operation there.
    pub operation: usize,
    /// The number of the text among the operation's texts, and of the code in it.
    pub code: (usize, usize),
    /// What it says; nothing when that cannot be told.
    pub text: Option<String>,
    /// Where it is.
    pub area: Rect,
    /// Why it is not seen, if so.
    pub unseen: Option<Unseen>,
    /// The size of its font on the page.
    pub size: f64,
    /// How far it moves on what follows, in thousandths of the font's size.
    pub advance: f64,
    /// Bytes of its code.
    pub bytes: usize,
    order: u32,
}

/// A picture on a page.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Picture {
    /// Which content it stands in.
    pub source: Source,
    /// The number of the operation there.
    pub operation: usize,
    /// Where it is.
    pub area: Rect,
    /// How its unit square lies on the page.
    pub matrix: Matrix,
    /// The picture's object; pictures written into the content have none.
    pub object: Option<ObjectId>,
    /// Whether it is on a layer that is off.
    pub layer_off: bool,
}

/// What a page paints.
#[derive(Debug, Clone, Default)]
pub struct Canvas {
    /// Its letters.
    pub glyphs: Vec<Glyph>,
    /// Its pictures.
    pub pictures: Vec<Picture>,
    /// How many lines and shapes it has; text may be drawn by such.
    pub shapes: usize,
    /// Whether something of it could not be read.
    pub broken: bool,
    /// Whether it was more than can be looked through.
    pub too_much: bool,
    /// Texts in marks around the content, which may be read aloud in place of it.
    pub marks: String,
    /// Operations that paint on a layer that is off, by the content they stand in.
    pub off: Vec<(Source, usize)>,
}

/// A page paints at most so much.
const MOST_OPERATIONS: usize = 2_000_000;
const MOST_GLYPHS: usize = 500_000;
const DEEPEST_FORM: usize = 12;

/// Paints a page, as far as that shows what is seen of it.
pub fn paint(document: &Document, page: ObjectId, hidden_layers: &[ObjectId], covers: &[Rect]) -> Canvas {
    let mut painter = Painter {
        document,
        hidden_layers,
        canvas: Canvas::default(),
        paint: Paint::new(seen_area(document, page)),
        fonts: BTreeMap::new(),
        operations: 0,
        order: 0,
    };
    let empty = Dictionary::new();
    let resources = inherited(document, page, b"Resources")
        .and_then(super::as_dictionary)
        .unwrap_or(&empty);
    match document.get_page_content_with_limit(page, MOST_STREAM) {
        Ok(content) => painter.content(&content, resources, Source::Page, State::new(Matrix::SAME), 0),
        Err(_) => painter.canvas.too_much = true,
    }
    painter.finish(covers)
}

/// The operations of a content, and whether all of it could be read.
pub fn operations(content: &[u8]) -> (Vec<Operation>, bool) {
    match Content::decode_strict(content) {
        Ok(content) => (content.operations, true),
        Err(_) => (
            Content::decode(content)
                .map(|content| content.operations)
                .unwrap_or_default(),
            content.is_empty(),
        ),
    }
}

struct Painter<'d, 'l> {
    document: &'d Document,
    hidden_layers: &'l [ObjectId],
    canvas: Canvas,
    paint: Paint,
    fonts: BTreeMap<Vec<u8>, Font<'d>>,
    operations: usize,
    order: u32,
}

impl<'d> Painter<'d, '_> {
    fn content(&mut self, content: &[u8], resources: &'d Dictionary, source: Source, state: State, depth: usize) {
        let (operations, whole) = operations(content);
        self.canvas.broken |= !whole;
        let mut state = state;
        let mut saved: Vec<State> = Vec::new();
        let mut marks: Vec<bool> = Vec::new();
        let mut off_marks = 0;
        for (number, operation) in operations.iter().enumerate() {
            self.operations += 1;
            if self.operations > MOST_OPERATIONS || self.canvas.glyphs.len() > MOST_GLYPHS {
                self.canvas.too_much = true;
                return;
            }
            let at = (source, number);
            match operation.operator.as_str() {
                "q" if saved.len() < 512 => saved.push(state.clone()),
                "Q" => state = saved.pop().unwrap_or(state),
                "BDC" | "BMC" => {
                    self.mark(operation);
                    let off = self.is_off(operation, resources);
                    off_marks += usize::from(off);
                    marks.push(off);
                }
                "DP" => self.mark(operation),
                "EMC" => off_marks -= usize::from(marks.pop() == Some(true)),
                "Do" => {
                    let mut inner = state.clone();
                    inner.layer_off |= off_marks > 0;
                    self.object(operation, resources, at, inner, depth);
                }
                "BI" => self.picture(&state, at, None),
                "Tf" => self.font(operation, resources, &mut state),
                "gs" => self.settings(operation, resources, &mut state),
                "Tj" | "TJ" | "'" | "\"" => {
                    let before = state.layer_off;
                    state.layer_off |= off_marks > 0;
                    self.text(operation, at, &mut state);
                    state.layer_off = before;
                }
                _ => {
                    self.canvas.shapes += usize::from(matches!(operation.operator.as_str(), "l" | "c" | "v" | "y"));
                    if let Some(area) = state.apply(operation) {
                        self.order += 1;
                        self.paint.fill(&area, self.order, state.is_white(), state.is_opaque());
                    }
                }
            }
            if off_marks > 0 {
                self.canvas.off.push(at);
            }
        }
    }

    fn mark(&mut self, operation: &Operation) {
        if let Some(Object::Dictionary(properties)) = operation.operands.last() {
            for text in properties.iter().filter_map(|(_, value)| value.as_str().ok()) {
                self.canvas.marks.push_str(&super::text(text));
                self.canvas.marks.push('\n');
            }
        }
    }

    /// Whether a mark puts what follows on a layer that is off.
    fn is_off(&self, operation: &Operation, resources: &Dictionary) -> bool {
        let [Object::Name(tag), properties] = operation.operands.as_slice() else {
            return false;
        };
        if tag != b"OC" {
            return false;
        }
        let layer = match properties {
            Object::Name(name) => {
                dictionary(self.document, resources, b"Properties").and_then(|list| list.get(name).ok())
            }
            other => Some(other),
        };
        layer.is_some_and(|layer| self.layer_is_off(layer))
    }

    fn layer_is_off(&self, layer: &Object) -> bool {
        if layer.as_reference().is_ok_and(|id| self.hidden_layers.contains(&id)) {
            return true;
        }
        // A membership of several layers (ISO 32000-1, 8.11.2.2): off when one of them is.
        let members = super::as_dictionary(resolved(self.document, layer)).and_then(|layer| layer.get(b"OCGs").ok());
        match members {
            Some(Object::Array(members)) => members
                .iter()
                .any(|one| one.as_reference().is_ok_and(|id| self.hidden_layers.contains(&id))),
            Some(one) => one.as_reference().is_ok_and(|id| self.hidden_layers.contains(&id)),
            None => false,
        }
    }

    fn object(
        &mut self,
        operation: &Operation,
        resources: &'d Dictionary,
        at: (Source, usize),
        mut state: State,
        depth: usize,
    ) {
        let named = operation.operands.first().and_then(|name| name.as_name().ok());
        let list = dictionary(self.document, resources, b"XObject");
        let Some(object) = named.zip(list).and_then(|(name, list)| list.get(name).ok()) else {
            return;
        };
        let Ok(stream) = resolved(self.document, object).as_stream() else {
            return;
        };
        let off = stream.dict.get(b"OC").is_ok_and(|layer| self.layer_is_off(layer));
        state.layer_off |= off;
        if off {
            self.canvas.off.push(at);
        }
        let is_form =
            value(self.document, &stream.dict, b"Subtype").and_then(|kind| kind.as_name().ok()) == Some(b"Form");
        if !is_form {
            state.blends |= ["SMask", "Mask", "ImageMask"]
                .iter()
                .any(|key| stream.dict.has(key.as_bytes()));
            self.picture(&state, at, object.as_reference().ok());
            return;
        }
        let source = object.as_reference().map_or(at.0, Source::Form);
        if depth >= DEEPEST_FORM {
            self.canvas.too_much = true;
            return;
        }
        let Ok(content) = stream.get_plain_content_with_limit(MOST_STREAM) else {
            self.canvas.broken = true;
            return;
        };
        let matrix = stream
            .dict
            .get(b"Matrix")
            .ok()
            .and_then(|matrix| Matrix::of(&numbers(self.document, matrix)));
        let matrix = matrix.unwrap_or(Matrix::SAME).then(&state.matrix);
        let clip = stream
            .dict
            .get(b"BBox")
            .ok()
            .and_then(|area| Rect::of(&numbers(self.document, area)));
        state.matrix = matrix;
        if let Some(clip) = clip {
            state.clip_to(&matrix.moved(&clip));
        }
        let own = dictionary(self.document, &stream.dict, b"Resources").unwrap_or(resources);
        // A font's name means another font in another form.
        let fonts = std::mem::take(&mut self.fonts);
        self.content(&content, own, source, state, depth + 1);
        self.fonts = fonts;
    }

    fn picture(&mut self, state: &State, (source, operation): (Source, usize), object: Option<ObjectId>) {
        let unit = Rect {
            left: 0.0,
            bottom: 0.0,
            right: 1.0,
            top: 1.0,
        };
        let area = state.visible(&state.matrix.moved(&unit));
        self.order += 1;
        if !state.layer_off {
            self.paint.fill(&area, self.order, false, state.is_opaque());
        }
        self.canvas.pictures.push(Picture {
            source,
            operation,
            area,
            matrix: state.matrix,
            object,
            layer_off: state.layer_off,
        });
    }

    fn font(&mut self, operation: &Operation, resources: &'d Dictionary, state: &mut State) {
        let [Object::Name(name), size] = operation.operands.as_slice() else {
            return;
        };
        state.font_size = super::number(size).unwrap_or(0.0);
        state.font.clone_from(name);
        if !self.fonts.contains_key(name)
            && let Some(font) =
                dictionary(self.document, resources, b"Font").and_then(|fonts| dictionary(self.document, fonts, name))
        {
            self.fonts.insert(name.clone(), Font::new(self.document, font));
        }
    }

    fn settings(&mut self, operation: &Operation, resources: &'d Dictionary, state: &mut State) {
        let named = operation.operands.first().and_then(|name| name.as_name().ok());
        let list = dictionary(self.document, resources, b"ExtGState");
        let Some(settings) = named
            .zip(list)
            .and_then(|(name, list)| dictionary(self.document, list, name))
        else {
            return;
        };
        if let Some(opacity) = value(self.document, settings, b"ca").and_then(super::number) {
            state.opacity = opacity;
        }
        if let Some(blend) = value(self.document, settings, b"BM") {
            state.blends = !matches!(blend.as_name(), Ok(b"Normal" | b"Compatible"));
        }
        if let Some(Object::Array(font)) = value(self.document, settings, b"Font")
            && let [font, size] = font.as_slice()
            && let Some(font) = super::as_dictionary(resolved(self.document, font))
        {
            state.font_size = super::number(size).unwrap_or(0.0);
            state.font = b"\0settings".to_vec();
            self.fonts.insert(state.font.clone(), Font::new(self.document, font));
        }
    }

    fn text(&mut self, operation: &Operation, at: (Source, usize), state: &mut State) {
        match operation.operator.as_str() {
            "'" => state.next_line(),
            "\"" => {
                let spacing: Vec<f64> = operation.operands.iter().take(2).filter_map(super::number).collect();
                if let [word, letter] = spacing.as_slice() {
                    (state.word_space, state.letter_space) = (*word, *letter);
                }
                state.next_line();
            }
            _ => {}
        }
        for (number, item) in texts(operation).into_iter().enumerate() {
            match item {
                Object::String(bytes, _) => self.codes(bytes, at, number, state),
                other => {
                    let back = super::number(other).unwrap_or(0.0) / 1000.0;
                    state.advance(-back * state.font_size * state.stretch);
                }
            }
        }
    }

    fn codes(&mut self, bytes: &[u8], (source, operation): (Source, usize), number: usize, state: &mut State) {
        let Some(font) = self.fonts.get(&state.font) else {
            self.canvas.broken = true;
            return;
        };
        self.order += 1;
        let thick = if state.font_size == 0.0 { 1.0 } else { state.font_size };
        for (code_number, code) in bytes.chunks(font.code_bytes).enumerate() {
            let width = font.width(code) / 1000.0 * state.font_size;
            let (area, size) = state.letter_area(width);
            let space = if code == b" " { state.word_space } else { 0.0 };
            let unseen = if state.layer_off {
                Some(Unseen::LayerOff)
            } else if !state.shows(&area) || !self.paint.page.holds(area.middle()) {
                Some(Unseen::Outside)
            } else if state.is_invisible() || size < 0.5 || (state.is_white() && self.paint.is_white(area.middle())) {
                Some(Unseen::Invisible)
            } else {
                None
            };
            self.canvas.glyphs.push(Glyph {
                source,
                operation,
                code: (number, code_number),
                text: font.text(code),
                area,
                unseen,
                size,
                advance: (width + state.letter_space + space) * 1000.0 / thick,
                bytes: font.code_bytes,
                order: self.order,
            });
            state.advance((width + state.letter_space + space) * state.stretch);
        }
    }

    fn finish(mut self, covers: &[Rect]) -> Canvas {
        for cover in covers {
            self.paint.fill(cover, u32::MAX, false, true);
        }
        for glyph in self.canvas.glyphs.iter_mut().filter(|glyph| glyph.unseen.is_none()) {
            if self.paint.last_painted(glyph.area.middle()) > glyph.order {
                glyph.unseen = Some(Unseen::Covered);
            }
        }
        self.canvas
    }
}

/// The texts and distances that a text operation shows, in their order.
pub fn texts(operation: &Operation) -> Vec<&Object> {
    match (operation.operator.as_str(), operation.operands.last()) {
        ("TJ", Some(Object::Array(items))) => items.iter().collect(),
        (_, Some(text)) => vec![text],
        (_, None) => Vec::new(),
    }
}
