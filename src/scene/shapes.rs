//! Shapes in the unit square, of which the presets are made.

/// A round shape with two or three lobes: in polar coordinates around `(u, v)`, the radius times
/// `1 + a cos(2θ + φ) + b cos(3θ + ψ)`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Blob {
    pub(super) u: f64,
    pub(super) v: f64,
    pub(super) radius: f64,
    /// `(a, φ)`.
    pub(super) two: (f64, f64),
    /// `(b, ψ)`.
    pub(super) three: (f64, f64),
}

impl Blob {
    pub(super) fn disc(u: f64, v: f64, radius: f64) -> Self {
        Self { u, v, radius, two: (0.0, 0.0), three: (0.0, 0.0) }
    }

    /// Distance from a place to the outline, along the ray from the centre; negative outside.
    pub(super) fn depth(&self, u: f64, v: f64) -> f64 {
        let (du, dv) = (u - self.u, v - self.v);
        let angle = dv.atan2(du);
        let lobes = 1.0
            + self.two.0 * (2.0 * angle + self.two.1).cos()
            + self.three.0 * (3.0 * angle + self.three.1).cos();
        self.radius * lobes - (du * du + dv * dv).sqrt()
    }

    pub(super) fn contains(&self, u: f64, v: f64) -> bool {
        self.depth(u, v) >= 0.0
    }
}

/// A round hill of height 1 and standard deviation σ, at an offset from its top.
pub(super) fn bump(du: f64, dv: f64, sigma: f64) -> f64 {
    (-(du * du + dv * dv) / (2.0 * sigma * sigma)).exp()
}

/// Thin curves with a width each.
#[derive(Debug)]
pub(super) struct Curves {
    curves: Vec<StrokedCurve>,
    /// Half the least width: a line one pixel wide passes a centre in every row or column it crosses, so it has no gaps.
    thinnest: f64,
}

#[derive(Debug)]
struct StrokedCurve {
    half_width: f64,
    /// The corners of the box that its control points span, and so the curve too.
    low: (f64, f64),
    high: (f64, f64),
    segments: Vec<Segment>,
}

#[derive(Debug)]
struct Segment {
    from: (f64, f64),
    to: (f64, f64),
}

impl Curves {
    /// No curve yet, for a picture of so many pixels a side.
    pub(super) fn new(size: usize) -> Self {
        Self { curves: Vec::new(), thinnest: 0.5 / size as f64 }
    }

    /// A cubic Bézier curve.
    pub(super) fn add(&mut self, width: f64, points: [(f64, f64); 4]) {
        const PIECES: usize = 20;
        let [a, b, c, d] = points;
        let at = |piece: usize| {
            let t = piece as f64 / PIECES as f64;
            let s = 1.0 - t;
            let weigh = |a: f64, b: f64, c: f64, d: f64| {
                s * s * s * a + 3.0 * s * s * t * b + 3.0 * s * t * t * c + t * t * t * d
            };
            (weigh(a.0, b.0, c.0, d.0), weigh(a.1, b.1, c.1, d.1))
        };
        let each = |pick: fn(f64, f64) -> f64| {
            points.into_iter().reduce(|p, q| (pick(p.0, q.0), pick(p.1, q.1))).unwrap_or_default()
        };
        self.curves.push(StrokedCurve {
            half_width: (width / 2.0).max(self.thinnest),
            low: each(f64::min),
            high: each(f64::max),
            segments: (0..PIECES).map(|piece| Segment { from: at(piece), to: at(piece + 1) }).collect(),
        });
    }

    /// True if a place is on one of the curves.
    pub(super) fn contains(&self, u: f64, v: f64) -> bool {
        self.curves.iter().any(|curve| curve.distance(u, v, 2.0 * curve.half_width) <= curve.half_width)
    }

    /// Distance to the middle of the nearest curve, in sides of the picture, and at most `far`.
    pub(super) fn distance(&self, u: f64, v: f64, far: f64) -> f64 {
        self.curves.iter().fold(far, |nearest, curve| curve.distance(u, v, nearest))
    }
}

impl StrokedCurve {
    fn distance(&self, u: f64, v: f64, far: f64) -> f64 {
        // Most places are far from most curves.
        if u < self.low.0 - far || u > self.high.0 + far || v < self.low.1 - far || v > self.high.1 + far {
            return far;
        }
        self.segments.iter().map(|segment| segment.distance(u, v)).fold(far, f64::min)
    }
}

impl Segment {
    fn distance(&self, u: f64, v: f64) -> f64 {
        let (du, dv) = (self.to.0 - self.from.0, self.to.1 - self.from.1);
        let (pu, pv) = (u - self.from.0, v - self.from.1);
        let along = ((pu * du + pv * dv) / (du * du + dv * dv)).clamp(0.0, 1.0);
        let (off_u, off_v) = (pu - along * du, pv - along * dv);
        (off_u * off_u + off_v * off_v).sqrt()
    }
}
