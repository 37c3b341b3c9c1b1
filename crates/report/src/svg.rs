//! A small writer of SVG: shapes with a class, coordinates to a tenth.

use std::fmt::Write as _;

use crate::markup::escape;
use crate::trace::Point;

/// A drawing in progress.
#[derive(Debug)]
pub(crate) struct Svg {
    width: f64,
    height: f64,
    body: String,
}

impl Svg {
    /// An empty drawing of `width` by `height` units.
    pub(crate) fn new(width: f64, height: f64) -> Self {
        Self {
            width,
            height,
            body: String::new(),
        }
    }

    /// A straight line.
    pub(crate) fn line(&mut self, class: &str, from: Point, to: Point) {
        self.path(class, &line_data(&[from, to]));
    }

    /// A path by its data; empty data draw nothing.
    pub(crate) fn path(&mut self, class: &str, data: &str) {
        if !data.is_empty() {
            self.push(&format!("<path class=\"{class}\" d=\"{data}\"/>"));
        }
    }

    /// A rectangle by its upper left corner and size.
    pub(crate) fn rect(&mut self, class: &str, corner: Point, width: f64, height: f64) {
        let [x, y, width, height] =
            [corner.0, corner.1, width.max(0.0), height.max(0.0)].map(coordinate);
        self.push(&format!(
            "<rect class=\"{class}\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\"/>"
        ));
    }

    /// A disc.
    pub(crate) fn disc(&mut self, class: &str, centre: Point, radius: f64) {
        let [x, y, radius] = [centre.0, centre.1, radius].map(coordinate);
        self.push(&format!(
            "<circle class=\"{class}\" cx=\"{x}\" cy=\"{y}\" r=\"{radius}\"/>"
        ));
    }

    /// Text at its baseline; `markup` is inserted as it is, so names must come through [`escape`].
    pub(crate) fn text(&mut self, class: &str, at: Point, markup: &str) {
        let [x, y] = [at.0, at.1].map(coordinate);
        self.push(&format!(
            "<text class=\"{class}\" x=\"{x}\" y=\"{y}\">{markup}</text>"
        ));
    }

    /// What `draw` draws, under one class.
    pub(crate) fn group(&mut self, class: &str, draw: impl FnOnce(&mut Self)) {
        self.push(&format!("<g class=\"{class}\">"));
        draw(self);
        self.push("</g>");
    }

    /// The drawing as an element with a name and a description for those who do not see it.
    pub(crate) fn finish(&self, name: &str, description: &str) -> String {
        format!(
            "<svg role=\"img\" viewBox=\"0 0 {} {}\" aria-label=\"{}\"><desc>{}</desc>{}</svg>",
            coordinate(self.width),
            coordinate(self.height),
            escape(name),
            escape(description),
            self.body
        )
    }

    /// The drawing as decoration: what it shows stands beside it as text. Keeps its size in pixels.
    pub(crate) fn decoration(self) -> String {
        let [width, height] = [self.width, self.height].map(coordinate);
        format!(
            "<svg aria-hidden=\"true\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\">{}</svg>",
            self.body
        )
    }

    /// Its width and height.
    pub(crate) fn size(&self) -> (f64, f64) {
        (self.width, self.height)
    }

    /// Its elements.
    pub(crate) fn body(&self) -> &str {
        &self.body
    }

    fn push(&mut self, element: &str) {
        self.body.push_str(element);
    }
}

/// Path data of the line through `points`, in steps relative to the last point; one point draws a dot under round caps.
pub(crate) fn line_data(points: &[Point]) -> String {
    let mut out = String::new();
    // Steps are taken between rounded places, so that rounding does not add up.
    let tenth = |value: f64| (value * 10.0).round();
    let mut last = (0.0, 0.0);
    for (index, point) in points.iter().enumerate() {
        let here = (tenth(point.0), tenth(point.1));
        let (x, y) = (
            coordinate((here.0 - last.0) / 10.0),
            coordinate((here.1 - last.1) / 10.0),
        );
        let command = match index {
            0 => "M",
            1 => "l",
            _ if x.starts_with('-') => "",
            _ => " ",
        };
        let between = if y.starts_with('-') { "" } else { " " };
        let _ = write!(out, "{command}{x}{between}{y}");
        last = here;
    }
    if points.len() == 1 {
        out.push_str("h0");
    }
    out
}

/// A coordinate to a tenth, without needless characters; 0 where it is not finite.
pub(crate) fn coordinate(value: f64) -> String {
    let tenths = (value * 10.0).round();
    if !tenths.is_finite() || tenths == 0.0 {
        return "0".to_owned();
    }
    let text = format!("{:.1}", tenths / 10.0);
    text.strip_suffix(".0")
        .map_or_else(|| text.clone(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coordinates_are_short() {
        assert_eq!(
            [1.0, -0.04, 2.349, -10.5, f64::NAN].map(coordinate),
            ["1", "0", "2.3", "-10.5", "0"]
        );
        assert_eq!(
            line_data(&[(1.0, 2.0), (3.0, 1.0), (4.04, 1.0), (5.0, 3.0)]),
            "M1 2l2-1 1 0 1 2"
        );
        assert_eq!(line_data(&[(1.0, 2.0)]), "M1 2h0");
        assert_eq!(line_data(&[]), "");
    }

    #[test]
    fn names_are_escaped() {
        let svg = Svg::new(10.0, 5.0).finish("a\"b", "x < y");
        assert!(svg.contains("aria-label=\"a&quot;b\"") && svg.contains("<desc>x &lt; y</desc>"));
    }
}
