//! Prints, as JSON, every line of Python that Lossfield offers to copy, on a few scenes and with the value it says the
//! line has. `run.py` beside it runs them in the real libraries: see `make test-libraries`.
//!
//! A card is tried as it is by default, as every library's version of it, and with each of its parameters changed.
#![allow(clippy::print_stdout, reason = "the output of this program is its purpose")]

use std::collections::BTreeSet;

use lossfield::field::{Field, IGNORE, Labels, Logits};
use lossfield::library::{Facts, code, versions_of};
use lossfield::loss::config::{Config, Kind, Param, Setting, Settings};
use lossfield::loss::{LOSSES, Spec};
use ndarray::{Array4, Axis, s};
use serde::Serialize;

#[derive(Serialize)]
struct Scene {
    name: &'static str,
    /// `[image, class, y, x]`
    shape: [usize; 4],
    logits: Vec<f32>,
    /// `[image, y, x]`, or of regions `[image, region, y, x]`
    label_shape: Vec<usize>,
    labels: Vec<u8>,
    lines: Vec<Line>,
}

#[derive(Serialize)]
struct Line {
    library: &'static str,
    version: &'static str,
    function: String,
    /// The card it was copied from.
    loss: &'static str,
    code: String,
    value: f64,
}

fn main() {
    let scenes = [
        scene("binary", [1, 1, 9, 11], false),
        scene("binary, two images", [2, 1, 6, 7], false),
        scene("binary, ignored pixels", [1, 1, 9, 11], true),
        scene("three classes", [1, 3, 9, 11], false),
        scene("four classes, one absent, two images", [2, 4, 6, 7], false),
        scene("three classes, ignored pixels", [1, 3, 9, 11], true),
        regions("three regions", [1, 3, 9, 11], false),
        regions("three regions, ignored pixels", [1, 3, 9, 11], true),
    ];
    let json = serde_json::to_string(&scenes);
    println!("{}", json.unwrap_or_else(|why| format!("cannot be said as JSON: {why}")));
}

/// Blobs, and logits that are right about most of them.
fn scene(name: &'static str, shape: [usize; 4], ignored: bool) -> Scene {
    let [images, channels, height, width] = shape;
    // The last of four classes has no pixel.
    let classes = if channels == 1 { 2 } else { channels.min(3) };
    let labels = Labels::from_shape_fn((images, height, width), |(image, y, x)| {
        if ignored && (x * 5 + y * 3) % 11 == 0 {
            return IGNORE;
        }
        let (dx, dy) = (x as f64 - width as f64 * 0.4, y as f64 - height as f64 * 0.5);
        let blob = dx * dx + dy * dy < 6.0 + 4.0 * image as f64;
        if blob { 1 } else { (usize::from(y > height / 2 && x > width / 2) * 2 % classes) as u8 }
    });
    let logits = Logits::from_shape_fn((images, channels, height, width), |(image, class, y, x)| {
        let label = usize::from(labels[(image, y, x)]);
        let right = if channels == 1 { label == 1 } else { label == class };
        // Noise that repeats nowhere in so small a picture.
        let noise = ((image * 131 + class * 71 + y * 37 + x * 17 + 5) as f64 * 0.618_034).fract();
        (if right { 1.1 } else { -0.9 } + 3.0 * (noise - 0.5)) as f32
    });
    let fields = [field_of(&logits, &labels, ignored)];
    let facts = Facts::of(&fields[0]);
    let lines = LOSSES.iter().flat_map(|spec| lines(spec, &fields, facts)).collect();
    Scene {
        name,
        shape,
        lines,
        logits: logits.iter().copied().collect(),
        label_shape: labels.shape().to_vec(),
        labels: labels.iter().copied().collect(),
    }
}

/// Discs, each within the one before, and logits of each that know nothing of the others. Labels are a plane for each.
fn regions(name: &'static str, shape: [usize; 4], ignored: bool) -> Scene {
    let [images, regions, height, width] = shape;
    let planes = Array4::from_shape_fn((regions, images, height, width), |(region, _, y, x)| {
        if ignored && (x * 5 + y * 3) % 11 == 0 {
            return IGNORE;
        }
        let (dx, dy) = (x as f64 - width as f64 * 0.4, y as f64 - height as f64 * 0.5);
        u8::from(dx * dx + dy * dy < 14.0 - 6.0 * region as f64)
    });
    let logits = Logits::from_shape_fn((images, regions, height, width), |(image, region, y, x)| {
        let right = planes[(region, image, y, x)] == 1;
        let noise = ((region * 71 + y * 37 + x * 17 + 5) as f64 * 0.618_034).fract();
        (if right { 1.1 } else { -0.9 } + 3.0 * (noise - 0.5)) as f32
    });
    let each: Vec<(Logits, Labels)> = (0..regions)
        .map(|region| {
            let logits = logits.slice(s![.., region..=region, .., ..]).to_owned();
            (logits, planes.index_axis(Axis(0), region).to_owned())
        })
        .collect();
    let fields: Vec<Field<'_>> =
        each.iter().map(|(logits, labels)| field_of(logits, labels, ignored)).collect();
    let facts = Facts { regions, ..Facts::of(&fields[0]) };
    Scene {
        name,
        shape,
        lines: LOSSES.iter().flat_map(|spec| lines(spec, &fields, facts)).collect(),
        logits: logits.iter().copied().collect(),
        // One image: its planes lie one after the other.
        label_shape: shape.to_vec(),
        labels: planes.iter().copied().collect(),
    }
}

fn field_of<'f>(logits: &'f Logits, labels: &'f Labels, ignored: bool) -> Field<'f> {
    let field = Field::new(logits.view(), labels.view(), ignored.then_some(IGNORE));
    field.unwrap_or_else(|why| panic!("{why}"))
}

/// Lines for a loss of one field, or of regions with a field each.
fn lines(spec: &'static Spec, fields: &[Field<'_>], facts: Facts) -> Vec<Line> {
    let mut starts = vec![Settings::new()];
    starts.extend(versions_of(spec.id, facts).iter().filter_map(|version| version.settings(spec.id, facts)));
    let mut known = BTreeSet::new();
    let mut lines = Vec::new();
    for start in &starts {
        let changed = spec.params.iter().filter_map(|param| {
            let mut changed = start.clone();
            changed.insert(param.id.into(), other(param, start.get(param.id), facts)?);
            Some(changed)
        });
        for settings in std::iter::once(start.clone()).chain(changed) {
            let Ok(config) = Config::new(spec, &settings) else { continue };
            let loss = (spec.build)(&config);
            let sum: f64 = fields.iter().map(|field| loss.evaluate(field, None)).sum();
            let value = sum / fields.len() as f64;
            for line in code::lines_for(spec, &settings, facts) {
                if known.insert(line.code.clone()) {
                    lines.push(Line {
                        library: line.library.id,
                        version: line.library.version,
                        function: line.function,
                        loss: spec.id,
                        code: line.code,
                        value,
                    });
                }
            }
        }
    }
    lines
}

/// Another value of a parameter.
fn other(param: &Param, now: Option<&Setting>, facts: Facts) -> Option<Setting> {
    Some(match param.kind {
        Kind::Flag { default } => {
            Setting::Flag(!matches!(now, Some(Setting::Flag(true))) && (now.is_some() || !default))
        }
        Kind::Number(domain) => {
            let now = if let Some(Setting::Number(x)) = now { *x } else { domain.default };
            let step = if domain.max <= 1.0 { 0.3 } else { 1.0 };
            let x = if now + step <= domain.max { now + step } else { now - step };
            Setting::Number(x.clamp(domain.min, domain.max))
        }
        Kind::PerClass(domain) => {
            Setting::PerClass((0..facts.channels).map(|class| (0.5 + class as f64).min(domain.max)).collect())
        }
        Kind::Choice(options) => {
            let now = if let Some(Setting::Choice(id)) = now { id.as_str() } else { options.first()?.id };
            options.iter().find(|option| option.id != now)?.id.into()
        }
    })
}
