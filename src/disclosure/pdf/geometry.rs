//! Where things are on a page: points, rectangles, and the matrices that move them.

use super::super::place::Area;

/// A rectangle on a page, in points.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rect {
    /// The left edge.
    pub left: f64,
    /// The lower edge.
    pub bottom: f64,
    /// The right edge.
    pub right: f64,
    /// The upper edge.
    pub top: f64,
}

impl Rect {
    /// The rectangle that four numbers of an array span.
    pub fn of(numbers: &[f64]) -> Option<Self> {
        let &[a, b, c, d, ..] = numbers else { return None };
        Some(Self {
            left: a.min(c),
            bottom: b.min(d),
            right: a.max(c),
            top: b.max(d),
        })
    }

    /// The smallest one around points.
    pub fn around(points: &[(f64, f64)]) -> Option<Self> {
        let (first, rest) = points.split_first()?;
        let start = Self {
            left: first.0,
            bottom: first.1,
            right: first.0,
            top: first.1,
        };
        Some(rest.iter().fold(start, |area, (x, y)| Self {
            left: area.left.min(*x),
            bottom: area.bottom.min(*y),
            right: area.right.max(*x),
            top: area.top.max(*y),
        }))
    }

    /// The part of it inside another; of no size where they do not meet.
    pub fn within(&self, other: &Self) -> Self {
        let left = self.left.max(other.left);
        let bottom = self.bottom.max(other.bottom);
        Self {
            left,
            bottom,
            right: self.right.min(other.right).max(left),
            top: self.top.min(other.top).max(bottom),
        }
    }

    /// The smallest one around both.
    pub fn with(&self, other: &Self) -> Self {
        Self {
            left: self.left.min(other.left),
            bottom: self.bottom.min(other.bottom),
            right: self.right.max(other.right),
            top: self.top.max(other.top),
        }
    }

    /// Its middle.
    pub fn middle(&self) -> (f64, f64) {
        ((self.left + self.right) / 2.0, (self.bottom + self.top) / 2.0)
    }

    /// Whether a point lies in it.
    pub fn holds(&self, (x, y): (f64, f64)) -> bool {
        (self.left..=self.right).contains(&x) && (self.bottom..=self.top).contains(&y)
    }

    /// Whether the two share more than an edge.
    pub fn meets(&self, other: &Self) -> bool {
        self.left < other.right && other.left < self.right && self.bottom < other.top && other.bottom < self.top
    }

    /// How much it covers.
    pub fn size(&self) -> f64 {
        (self.right - self.left).max(0.0) * (self.top - self.bottom).max(0.0)
    }

    /// The same as a place in a report, in thousandths of a point, outwards.
    pub fn area(&self) -> Area {
        let thousandths = |value: f64| (value.clamp(-1e9, 1e9) * 1000.0) as i64;
        let (left, bottom) = (thousandths(self.left), thousandths(self.bottom));
        Area {
            left,
            bottom,
            width: thousandths(self.right) - left + 1,
            height: thousandths(self.top) - bottom + 1,
        }
    }

    /// The rectangle of a place in a report.
    pub fn of_area(area: &Area) -> Self {
        let points = |value: i64| value as f64 / 1000.0;
        Self {
            left: points(area.left),
            bottom: points(area.bottom),
            right: points(area.left.saturating_add(area.width)),
            top: points(area.bottom.saturating_add(area.height)),
        }
    }
}

/// How one system of coordinates lies in another (ISO 32000-1, 8.3.3).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Matrix(pub [f64; 6]);

impl Matrix {
    /// Leaves everything where it is.
    pub const SAME: Self = Self([1.0, 0.0, 0.0, 1.0, 0.0, 0.0]);

    /// The matrix of six numbers.
    pub fn of(numbers: &[f64]) -> Option<Self> {
        Some(Self(numbers.get(..6)?.try_into().ok()?))
    }

    /// Moves by a distance.
    pub fn shift(x: f64, y: f64) -> Self {
        Self([1.0, 0.0, 0.0, 1.0, x, y])
    }

    /// This one first, then the other.
    pub fn then(&self, other: &Self) -> Self {
        let [a, b, c, d, e, f] = self.0;
        let [g, h, i, j, k, l] = other.0;
        Self([
            a * g + b * i,
            a * h + b * j,
            c * g + d * i,
            c * h + d * j,
            e * g + f * i + k,
            e * h + f * j + l,
        ])
    }

    /// The one that moves everything back; nothing where it squeezes the page flat.
    pub fn inverse(&self) -> Option<Self> {
        let [a, b, c, d, e, f] = self.0;
        let size = a * d - b * c;
        (size.abs() > 1e-9).then(|| {
            Self([
                d / size,
                -b / size,
                -c / size,
                a / size,
                (c * f - d * e) / size,
                (b * e - a * f) / size,
            ])
        })
    }

    /// Where a point comes to lie.
    pub fn apply(&self, (x, y): (f64, f64)) -> (f64, f64) {
        let [a, b, c, d, e, f] = self.0;
        (a * x + c * y + e, b * x + d * y + f)
    }

    /// The smallest upright rectangle around a moved one.
    pub fn moved(&self, area: &Rect) -> Rect {
        let corners = [
            (area.left, area.bottom),
            (area.right, area.bottom),
            (area.left, area.top),
            (area.right, area.top),
        ];
        let corners = corners.map(|corner| self.apply(corner));
        Rect::around(&corners).unwrap_or(*area)
    }
}
