//! The state of painting: where, in which colour, and what was painted over what.

use lopdf::content::Operation;

use super::geometry::{Matrix, Rect};
use super::number;

/// What was painted last at each place of a page, on a coarse grid.
#[derive(Debug, Clone)]
pub struct Paint {
    /// What is seen of the page.
    pub page: Rect,
    cells: Vec<(u32, bool)>,
    left: usize,
}

const SIDE: usize = 256;
/// How much painting is followed; a page of more than this many full paintings hides something by its mass alone.
const MOST_CELLS: usize = 4000 * SIDE * SIDE;

impl Paint {
    /// A page of white paper.
    pub fn new(page: Rect) -> Self {
        Self {
            page,
            cells: vec![(0, true); SIDE * SIDE],
            left: MOST_CELLS,
        }
    }

    /// Paints an area; what shines through is not painted over.
    pub fn fill(&mut self, area: &Rect, order: u32, white: bool, opaque: bool) {
        if !opaque {
            return;
        }
        let (columns, rows) = (
            self.range(area.left, area.right, true),
            self.range(area.bottom, area.top, false),
        );
        for row in rows {
            let cells = self
                .cells
                .get_mut(row * SIDE + columns.start..row * SIDE + columns.end.max(columns.start));
            let count = columns.len();
            if count > self.left {
                return;
            }
            self.left -= count;
            cells.into_iter().flatten().for_each(|cell| *cell = (order, white));
        }
    }

    /// The cells whose middle lies in a range.
    fn range(&self, from: f64, to: f64, across: bool) -> std::ops::Range<usize> {
        let (start, length) = match across {
            true => (self.page.left, self.page.right - self.page.left),
            false => (self.page.bottom, self.page.top - self.page.bottom),
        };
        let cell = |value: f64| ((value - start) / length.max(1e-6) * SIDE as f64).clamp(0.0, SIDE as f64);
        (cell(from) - 0.5).ceil().max(0.0) as usize..((cell(to) - 0.5).floor() + 1.0).max(0.0) as usize
    }

    fn cell(&self, (x, y): (f64, f64)) -> Option<(u32, bool)> {
        let place = |value: f64, start: f64, end: f64| {
            let place = (value - start) / (end - start).max(1e-6) * SIDE as f64;
            (place >= 0.0 && place < SIDE as f64).then_some(place as usize)
        };
        let column = place(x, self.page.left, self.page.right)?;
        let row = place(y, self.page.bottom, self.page.top)?;
        self.cells.get(row * SIDE + column).copied()
    }

    /// When a point was painted last.
    pub fn last_painted(&self, point: (f64, f64)) -> u32 {
        self.cell(point).map_or(0, |(order, _)| order)
    }

    /// Whether a point is white now.
    pub fn is_white(&self, point: (f64, f64)) -> bool {
        self.cell(point).is_none_or(|(_, white)| white)
    }
}

/// The state that operations change and `q` and `Q` keep (ISO 32000-1, 8.4).
#[derive(Debug, Clone)]
pub struct State {
    /// How the coordinates lie on the page.
    pub matrix: Matrix,
    /// The font's name.
    pub font: Vec<u8>,
    /// Its size.
    pub font_size: f64,
    /// What is added after each letter.
    pub letter_space: f64,
    /// What is added after each space.
    pub word_space: f64,
    /// How letters are stretched: 1 is not at all.
    pub stretch: f64,
    /// How opaque painting is: 1 is fully.
    pub opacity: f64,
    /// Whether painting mixes with what is below.
    pub blends: bool,
    /// Whether it happens on a layer that is off.
    pub layer_off: bool,
    leading: f64,
    rise: f64,
    mode: i64,
    text: Matrix,
    line: Matrix,
    white: bool,
    path: Vec<(f64, f64)>,
    upright: bool,
    clips: bool,
    clip: Option<Rect>,
}

impl State {
    /// The state in which a page begins.
    pub fn new(matrix: Matrix) -> Self {
        Self {
            matrix,
            font: Vec::new(),
            font_size: 0.0,
            letter_space: 0.0,
            word_space: 0.0,
            stretch: 1.0,
            opacity: 1.0,
            blends: false,
            layer_off: false,
            leading: 0.0,
            rise: 0.0,
            mode: 0,
            text: Matrix::SAME,
            line: Matrix::SAME,
            white: false,
            path: Vec::new(),
            upright: true,
            clips: false,
            clip: None,
        }
    }

    /// Applies an operation; the area that it fills, if it does.
    pub fn apply(&mut self, operation: &Operation) -> Option<Rect> {
        let given: Vec<f64> = operation.operands.iter().filter_map(number).collect();
        let first = given.first().copied().unwrap_or(0.0);
        match operation.operator.as_str() {
            "cm" => self.matrix = Matrix::of(&given)?.then(&self.matrix),
            "BT" => (self.text, self.line) = (Matrix::SAME, Matrix::SAME),
            "Tm" => {
                self.line = Matrix::of(&given)?;
                self.text = self.line;
            }
            "Td" => self.move_line(first, given.get(1).copied()?),
            "TD" => {
                self.leading = -given.get(1).copied()?;
                self.move_line(first, given.get(1).copied()?);
            }
            "T*" => self.next_line(),
            "TL" => self.leading = first,
            "Tc" => self.letter_space = first,
            "Tw" => self.word_space = first,
            "Tz" => self.stretch = first / 100.0,
            "Ts" => self.rise = first,
            "Tr" => self.mode = first as i64,
            "g" | "rg" => self.white = !given.is_empty() && given.iter().all(|part| *part >= 0.97),
            "k" => self.white = given.len() == 4 && given.iter().all(|part| *part <= 0.03),
            "sc" | "scn" => self.white = given.len() == 3 && given.iter().all(|part| *part >= 0.97),
            "cs" => self.white = false,
            "m" | "l" => self
                .path
                .extend(given.get(..2).map(|point| self.matrix.apply((point[0], point[1])))),
            "c" => self.curve(given.get(4..6)?),
            "v" | "y" => self.curve(given.get(2..4)?),
            "re" => self.rectangle(&given)?,
            "W" | "W*" => self.clips = true,
            "f" | "F" | "f*" | "B" | "B*" | "b" | "b*" => {
                let area = self.end_path();
                return area.map(|area| self.visible(&area));
            }
            "S" | "s" | "n" => drop(self.end_path()),
            _ => {}
        }
        None
    }

    fn curve(&mut self, end: &[f64]) {
        self.upright = false;
        if let [x, y] = end {
            self.path.push(self.matrix.apply((*x, *y)));
        }
    }

    fn rectangle(&mut self, given: &[f64]) -> Option<()> {
        let &[x, y, width, height] = given else { return None };
        self.path.push(self.matrix.apply((x, y)));
        self.path.push(self.matrix.apply((x + width, y + height)));
        Some(())
    }

    /// The area of a path of straight lines that are few enough to be a box; it may clip what comes later.
    fn end_path(&mut self) -> Option<Rect> {
        let simple = self.upright && self.path.len() <= 12;
        let area = Rect::around(&self.path);
        if let (true, Some(area)) = (std::mem::take(&mut self.clips), area) {
            self.clip_to(&area);
        }
        self.path.clear();
        self.upright = true;
        area.filter(|_| simple)
    }

    /// Shows nothing outside of this any more.
    pub fn clip_to(&mut self, area: &Rect) {
        self.clip = Some(self.clip.map_or(*area, |clip| clip.within(area)));
    }

    /// The part of an area that is not clipped.
    pub fn visible(&self, area: &Rect) -> Rect {
        self.clip.map_or(*area, |clip| area.within(&clip))
    }

    /// Whether a letter's middle is not clipped.
    pub fn shows(&self, area: &Rect) -> bool {
        self.clip.is_none_or(|clip| clip.holds(area.middle()))
    }

    /// Whether painting is in the colour of paper.
    pub fn is_white(&self) -> bool {
        self.white
    }

    /// Whether what is below cannot be seen through it.
    pub fn is_opaque(&self) -> bool {
        self.opacity >= 0.9 && !self.blends && !self.layer_off
    }

    /// Whether letters are not painted at all (ISO 32000-1, 9.3.6).
    pub fn is_invisible(&self) -> bool {
        matches!(self.mode, 3 | 7) || self.opacity < 0.05
    }

    fn move_line(&mut self, x: f64, y: f64) {
        self.line = Matrix::shift(x, y).then(&self.line);
        self.text = self.line;
    }

    /// Goes to the next line.
    pub fn next_line(&mut self) {
        self.move_line(0.0, -self.leading);
    }

    /// Goes on by a distance.
    pub fn advance(&mut self, distance: f64) {
        self.text = Matrix::shift(distance, 0.0).then(&self.text);
    }

    /// Where a letter of a width comes to lie, and how high its font is there.
    pub fn letter_area(&self, width: f64) -> (Rect, f64) {
        let whole = self.text.then(&self.matrix);
        let letter = Rect {
            left: 0.0,
            bottom: self.rise - 0.2 * self.font_size,
            right: (width * self.stretch).max(0.01),
            top: self.rise + 0.75 * self.font_size,
        };
        let (from, to) = (whole.apply((0.0, 0.0)), whole.apply((0.0, self.font_size)));
        let size = (to.0 - from.0).hypot(to.1 - from.1);
        (whole.moved(&letter), size)
    }
}
