//! Python that reads a file as a choice does, and that writes one which is read without a question.
//!
//! The lines make `labels`, int64 `[1, H, W]` (of regions `[1, C, H, W]`, one plane of 0 and 1 for each), or `logits`,
//! float32 `[1, C, H, W]`: the names that the lines of `library` take. Pillow widens grey levels of 2 and 4 bits to 8, so of such a picture's levels the lines are not true.

use std::fmt::Write as _;

use super::apply::clamp::LEAST_PROB;
use super::choice::{
    Assignment, ChannelAxis, Channels, FileChoice, Key, NumberScale, Of, Resampling, Rest, Sizing, To,
    Values, parsed_colour,
};
use crate::field::IGNORE;
use crate::scene::Plane;

/// Lines that read the file of this name as the choice does: `labels` of a truth, `logits` of a prediction.
pub fn load_lines(name: &str, plane: Plane, choice: &FileChoice) -> Vec<String> {
    let (picture, lines) = body(name, plane, choice);
    imports(picture).into_iter().chain(lines).collect()
}

/// Lines that read the files of a prediction and of a truth, those that there are, in this order: the lines of a hard
/// prediction make `labels` on their way.
pub fn load_both(prediction: Option<(&str, &FileChoice)>, truth: Option<(&str, &FileChoice)>) -> Vec<String> {
    let planes = [(Plane::Prediction, prediction), (Plane::Truth, truth)];
    let bodies: Vec<(bool, Vec<String>)> = planes
        .into_iter()
        .filter_map(|(plane, file)| file.map(|(name, choice)| body(name, plane, choice)))
        .collect();
    let picture = bodies.iter().any(|(picture, _)| *picture);
    imports(picture).into_iter().chain(bodies.into_iter().flat_map(|(_, lines)| lines)).collect()
}

/// Lines that make `labels` of regions, one plane of 0 and 1 for each and 255 where a pixel is ignored, of those of classes.
pub fn planes_of_classes(regions: usize) -> [String; 2] {
    [
        format!("planes = torch.stack([labels == region for region in range(1, {})], 1)", regions + 1),
        format!("labels = torch.where(labels[:, None] == {IGNORE}, {IGNORE}, planes.long())"),
    ]
}

/// Imports of the lines, with Pillow or without.
fn imports(picture: bool) -> Vec<String> {
    let mut lines = vec!["import numpy as np".to_owned(), "import torch".to_owned()];
    if picture {
        lines.push("from PIL import Image".to_owned());
    }
    lines
}

/// Lines that read a file, and whether Pillow is needed.
fn body(name: &str, plane: Plane, choice: &FileChoice) -> (bool, Vec<String>) {
    let (picture, mut lines) = array(name, choice);
    match &choice.values {
        Values::Labels { of, classes, assign, rest } => {
            lines.extend(labels(of, assign, *rest));
            lines.extend(sized("labels", &choice.size));
            if plane == Plane::Prediction {
                lines.extend(hard(*classes));
            } else {
                lines.push("labels = torch.from_numpy(labels)[None]".to_owned());
            }
        }
        Values::Numbers { scale, channels, clip, cut, .. } => {
            lines.extend(numbers(*scale, *channels, *clip));
            lines.extend(sized("x", &choice.size));
            lines.extend(match plane {
                Plane::Truth => cut_at(*scale, *channels, *cut),
                Plane::Prediction => logits(*scale, *channels),
            });
        }
    }
    (picture, lines)
}

/// Lines that write a file which is read back as what it was: class ids of a truth as a PNG, logits of a prediction as
/// an `.npy`. `labels` is `[B, H, W]`, `logits` is `[B, C, H, W]`; the first image is written.
pub fn save_lines(plane: Plane) -> Vec<String> {
    let lines: &[&str] = match plane {
        Plane::Truth => &[
            "import torch",
            "from PIL import Image",
            "Image.fromarray(labels[0].to(torch.uint8).cpu().numpy()).save(\"truth.png\")",
        ],
        Plane::Prediction => {
            &["import numpy as np", "np.save(\"prediction.npy\", logits[0].detach().float().cpu().numpy())"]
        }
    };
    lines.iter().map(|&line| line.to_owned()).collect()
}

/// String of Python.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' => quoted.extend(['\\', letter]),
            letter if letter.is_control() => {
                let _ = write!(quoted, "\\x{:02x}", letter as u32);
            }
            letter => quoted.push(letter),
        }
    }
    quoted + "\""
}

/// Lines that make `x`, `[H, W]`, `[H, W, 3]` or `[C, H, W]`, and whether Pillow is needed.
fn array(name: &str, choice: &FileChoice) -> (bool, Vec<String>) {
    let file = quoted(name);
    let lower = name.to_ascii_lowercase();
    let ends = |end: &str| lower.ends_with(end);
    let of = choice.values.of();
    if ends(".npy") || ends(".npz") || ends(".csv") || ends(".txt") {
        let load = if ends(".npy") {
            vec![format!("x = np.load({file})")]
        } else if ends(".npz") {
            vec![format!("x = np.load({file})[{}]", quoted(choice.array.as_deref().unwrap_or("arr_0")))]
        } else {
            vec![
                format!("text = open({file}).read()"),
                "sign = next((sign for sign in \";\\t,\" if sign in text), None)".to_owned(),
                "text = text.replace(\",\", \".\") if sign == \";\" and \".\" not in text else text"
                    .to_owned(),
                "x = np.loadtxt(text.splitlines(), delimiter=sign)".to_owned(),
            ]
        };
        let squeeze = "x = x.squeeze()  # axes of length 1".to_owned();
        let colour = matches!(of, Of::Colour | Of::Between { .. });
        let first = (choice.channel_axis == ChannelAxis::Last && !colour)
            .then(|| "x = np.moveaxis(x, -1, 0) if x.ndim == 3 else x".to_owned());
        let rgb = colour.then(|| "x = x[..., :3].astype(np.int64)".to_owned());
        return (false, load.into_iter().chain([squeeze]).chain(first).chain(rgb).collect());
    }
    let open = format!("image = Image.open({file})");
    let x = match of {
        Of::Value if whitens(&choice.values) => {
            "x = np.array(image.convert(\"L\") if image.mode in (\"1\", \"P\", \"PA\", \"LA\", \"RGB\", \"RGBA\") else image)"
        }
        Of::Value => {
            "x = np.array(image.convert(\"L\") if image.mode in (\"P\", \"PA\", \"LA\", \"RGB\", \"RGBA\") else image)"
        }
        Of::Index => "x = np.array(image)  # indices of the palette",
        Of::Alpha => "x = np.array(image.convert(\"RGBA\"))[..., 3]",
        Of::Colour | Of::Between { .. } => "x = np.array(image.convert(\"RGB\")).astype(np.int64)",
    };
    let mut lines = vec![open, x.to_owned()];
    if let Of::Between { from, to } = of
        && let Some((from, to)) = parsed_colour(from).zip(parsed_colour(to))
    {
        let list = |[r, g, b]: [u16; 3]| format!("np.array([{r}, {g}, {b}])");
        lines.push(format!("dark, bright = {}, {}", list(from), list(to)));
        lines.push("way = bright - dark".to_owned());
        lines.push("x = np.clip((x - dark) @ way / (way @ way), 0, 1)".to_owned());
    }
    (true, lines)
}

/// True if white is read as more than 1, which Pillow makes of a picture of one bit.
fn whitens(values: &Values) -> bool {
    match values {
        Values::Labels { assign, .. } => {
            assign.iter().any(|assignment| matches!(assignment.key, Key::Value(value) if value > 1.0))
        }
        Values::Numbers { scale, .. } => scale.white().is_some_and(|white| white > 1.0),
    }
}

/// Python of a key: a number or a list of three.
fn literal(key: &Key) -> String {
    match key {
        Key::Value(value) => format!("{value}"),
        Key::Colour(text) => {
            let [r, g, b] = parsed_colour(text).unwrap_or_default();
            format!("[{r}, {g}, {b}]")
        }
    }
}

/// Label that an assignment gives.
fn label(to: To) -> u8 {
    match to {
        To::Class(class) => class,
        To::Void => IGNORE,
        To::Nothing => 0,
    }
}

/// Lines that make `labels`, int64 `[H, W]`, of `x`.
fn labels(of: &Of, assign: &[Assignment], rest: Rest) -> Vec<String> {
    let own = |assignment: &Assignment| match (&assignment.key, assignment.to) {
        (Key::Value(value), to) => value.to_bits() == f64::from(label(to)).to_bits(),
        (Key::Colour(_), _) => false,
    };
    if assign.iter().all(own) {
        return vec!["labels = x.astype(np.int64)".to_owned()];
    }
    let coloured = *of == Of::Colour;
    let equal = |key: &Key| {
        if coloured { format!("(x == {}).all(-1)", literal(key)) } else { format!("x == {}", literal(key)) }
    };
    let classes: Vec<&Assignment> = assign.iter().filter(|assignment| assignment.to != To::Void).collect();
    let mut lines = Vec::new();
    let listed = if rest == Rest::Nearest && !classes.is_empty() {
        let keys: Vec<String> = classes.iter().map(|assignment| literal(&assignment.key)).collect();
        let to: Vec<String> = classes.iter().map(|assignment| label(assignment.to).to_string()).collect();
        lines.push(format!("keys, ids = np.array([{}]), np.array([{}])", keys.join(", "), to.join(", ")));
        lines.push(if coloured {
            "labels = ids[((x[:, :, None] - keys) ** 2).sum(-1).argmin(-1)]".to_owned()
        } else {
            "labels = ids[np.abs(x[:, :, None].astype(np.float64) - keys).argmin(-1)]".to_owned()
        });
        assign.iter().filter(|assignment| assignment.to == To::Void).collect()
    } else {
        let fill = if rest == Rest::Nothing { 0 } else { IGNORE };
        lines.push(format!("labels = np.full(x.shape[:2], {fill}, dtype=np.int64)"));
        assign.iter().collect::<Vec<_>>()
    };
    lines.extend(listed.iter().map(|a| format!("labels[{}] = {}", equal(&a.key), label(a.to))));
    lines
}

/// Lines that bring an array's last two axes to the size of a choice.
fn sized(array: &str, size: &Sizing) -> Vec<String> {
    match *size {
        Sizing::Own => Vec::new(),
        Sizing::Crop { x, y, width, height } => {
            vec![format!(
                "{array} = {array}[..., {y}:{}, {x}:{}]",
                y.saturating_add(height),
                x.saturating_add(width)
            )]
        }
        Sizing::Resample { width, height, method: Resampling::Centre } => vec![
            format!("rows = (2 * np.arange({height}) + 1) * {array}.shape[-2] // {}", 2 * height),
            format!("columns = (2 * np.arange({width}) + 1) * {array}.shape[-1] // {}", 2 * width),
            format!("{array} = {array}[..., rows[:, None], columns]"),
        ],
        Sizing::Resample { width, height, .. } => {
            vec![format!(
                "# {array} is at its own size here; the page resampled it to {width} × {height} by area."
            )]
        }
    }
}

/// Lines that make `x` probabilities, or leave logits.
fn numbers(scale: NumberScale, channels: Channels, clip: bool) -> Vec<String> {
    let mut lines = vec![match scale.white() {
        Some(white) if white.to_bits() != 1f64.to_bits() => format!("x = x.astype(np.float64) / {white}"),
        _ => "x = x.astype(np.float64)".to_owned(),
    }];
    if clip && scale.white().is_some() {
        lines.push("x = np.clip(x, 0, 1)".to_owned());
    }
    if channels == Channels::Foreground {
        lines.push("x = x[None]".to_owned());
    }
    lines
}

/// Lines that make `labels` of numbers `x`, `[C, H, W]`.
fn cut_at(scale: NumberScale, channels: Channels, cut: f64) -> Vec<String> {
    let from = if scale.white().is_some() { cut } else { (cut / (1.0 - cut)).ln() };
    let of = match channels {
        Channels::Foreground => format!("labels = (x[0] >= {from}).astype(np.int64)"),
        Channels::Softmax => "labels = x.argmax(0)".to_owned(),
        // One plane of 0 and 1 for each region.
        Channels::Independent => format!("labels = (x >= {from}).astype(np.int64)"),
    };
    vec![of, "labels = torch.from_numpy(labels)[None]".to_owned()]
}

/// Lines that make `logits` of numbers `x`, `[C, H, W]`.
fn logits(scale: NumberScale, channels: Channels) -> Vec<String> {
    let mut lines = Vec::new();
    if scale.white().is_some() {
        lines.push(format!("x = np.clip(x, {LEAST_PROB:e}, 1 - {LEAST_PROB:e})"));
        lines.push(if channels == Channels::Softmax {
            "x = np.log(x)".to_owned()
        } else {
            "x = np.log(x / (1 - x))".to_owned()
        });
    }
    lines.push("logits = torch.from_numpy(x)[None].float()".to_owned());
    lines
}

/// Lines that make `logits` which are sure of `labels`.
fn hard(classes: u8) -> Vec<String> {
    let background = "labels = np.where(labels == 255, 0, labels)".to_owned();
    if classes <= 2 {
        let mut lines = vec![background, "x = (labels == 1).astype(np.float64)[None]".to_owned()];
        lines.extend(logits(NumberScale::Probabilities, Channels::Foreground));
        lines
    } else {
        let mut lines = vec![background, format!("x = np.eye({classes})[labels].transpose(2, 0, 1)")];
        lines.extend(logits(NumberScale::Probabilities, Channels::Softmax));
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choice(values: Values) -> FileChoice {
        FileChoice { array: None, channel_axis: ChannelAxis::First, values, size: Sizing::Own }
    }

    fn ids(pairs: &[(f64, To)]) -> Values {
        let assign = pairs.iter().map(|&(value, to)| Assignment { key: Key::Value(value), to, name: None });
        Values::Labels { of: Of::Value, classes: 3, assign: assign.collect(), rest: Rest::Nearest }
    }

    #[test]
    fn ids_that_are_their_classes_are_taken_as_they_are() {
        let own = ids(&[(0.0, To::Class(0)), (2.0, To::Class(2)), (255.0, To::Void)]);
        let lines = load_lines("a \"b\".npy", Plane::Truth, &choice(own));
        assert_eq!(
            lines,
            [
                "import numpy as np",
                "import torch",
                "x = np.load(\"a \\\"b\\\".npy\")",
                "x = x.squeeze()  # axes of length 1",
                "labels = x.astype(np.int64)",
                "labels = torch.from_numpy(labels)[None]",
            ]
        );
    }

    #[test]
    fn ids_that_were_renumbered_are_mapped() {
        let mapped = ids(&[(0.0, To::Class(0)), (15.0, To::Class(1)), (255.0, To::Void)]);
        let lines = load_lines("m.png", Plane::Truth, &choice(mapped));
        assert_eq!(
            lines[5..8],
            [
                "keys, ids = np.array([0, 15]), np.array([0, 1])",
                "labels = ids[np.abs(x[:, :, None].astype(np.float64) - keys).argmin(-1)]",
                "labels[x == 255] = 255",
            ]
        );
    }

    #[test]
    fn numbers_become_logits_by_the_clamp_that_is_told() {
        let values = Values::Numbers {
            of: Of::Value,
            scale: NumberScale::Of(100.0),
            channels: Channels::Foreground,
            clip: false,
            cut: 0.5,
        };
        let lines = load_lines("p.csv", Plane::Prediction, &choice(values));
        assert_eq!(
            lines[5..],
            [
                "x = np.loadtxt(text.splitlines(), delimiter=sign)",
                "x = x.squeeze()  # axes of length 1",
                "x = x.astype(np.float64) / 100",
                "x = x[None]",
                "x = np.clip(x, 1e-7, 1 - 1e-7)",
                "x = np.log(x / (1 - x))",
                "logits = torch.from_numpy(x)[None].float()",
            ]
        );
    }
}
