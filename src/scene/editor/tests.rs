//! Edits as the page makes them.

use ndarray::Array3;

use super::super::tests::probs_at;
use super::*;
use crate::field::IGNORE;
use crate::scene::Labelling;

const ADJUSTED: Adjustment = Adjustment { temperature: 2.0, bias: 1.5, noise: 0.7, seed: 4 };
const SOFT: Brush = Brush { radius: 6.0, softness: 0.8 };
const HARD: Brush = Brush { radius: 3.0, softness: 0.0 };

/// A scene in which no two pixels are alike.
fn varied(channels: usize) -> Scene {
    let (height, width) = (24, 30);
    let classes = channels.max(2);
    let labels = ndarray::Array2::from_shape_fn((height, width), |(y, x)| ((y / 5 + x / 7) % classes) as u8);
    let mut probs = Array3::from_shape_fn((channels, height, width), |(c, y, x)| {
        0.05 + 0.9 * ((c * 379 + y * 71 + x * 13) % 101) as f32 / 101.0
    });
    if channels > 1 {
        let totals = probs.sum_axis(ndarray::Axis(0));
        probs /= &totals;
    }
    Scene::from_prediction(Labelling::OneClass, "varied", crate::scene::logits_of_probabilities(&probs))
        .unwrap()
        .with_truth(labels)
        .unwrap()
}

fn path() -> Vec<Point> {
    let at = |i: i32| Point { x: f64::from(i) * 2.3, y: 12.0 + 7.0 * (f64::from(i) * 0.7).sin() };
    (0..12).map(at).collect()
}

fn prediction(class: u8, prob: f64) -> Ink {
    Ink::Prediction { class, prob }
}

fn stroke(editor: &mut Editor, ink: Ink, brush: Brush, points: &[Point]) {
    editor.begin_stroke(ink, brush).unwrap();
    editor.extend_stroke(points);
    lift(editor);
}

/// Ends the stroke, and keeps it.
fn lift(editor: &mut Editor) {
    if let (_, Some(edit)) = editor.end_stroke() {
        editor.apply(&edit).unwrap();
    }
}

fn adjust(editor: &mut Editor, adjustment: Adjustment) -> Option<Change> {
    editor.apply(&ImageEdit::Adjust(adjustment)).unwrap()
}

fn fill(editor: &mut Editor, y: usize, x: usize, ink: Ink) -> Result<Option<Change>, SceneError> {
    editor.apply(&ImageEdit::Fill { ink, x, y })
}

fn pixel(
    editor: &mut Editor,
    (y, x): (usize, usize),
    class: u8,
    prob: f64,
) -> Result<Option<Change>, SceneError> {
    editor.apply(&ImageEdit::Pixel { x, y, class, prob })
}

/// Panics unless the cached effective logits are those that a new editor computes.
fn assert_seen_afresh(editor: &Editor) {
    let mut fresh = Editor::new(editor.scene().clone());
    adjust(&mut fresh, editor.adjustment());
    assert_eq!(editor.effective_logits(), fresh.effective_logits());
}

#[test]
fn how_points_are_batched_does_not_matter() {
    for adjustment in [Adjustment::default(), ADJUSTED] {
        for (channels, ink) in [
            (1, prediction(1, 0.9)),
            (3, prediction(2, 0.8)),
            (1, Ink::Truth { class: 1 }),
            (4, Ink::Truth { class: 3 }),
        ] {
            let mut batched = Editor::new(varied(channels));
            adjust(&mut batched, adjustment);
            stroke(&mut batched, ink, SOFT, &path());
            for batch in [1, 2, 5] {
                let mut piecemeal = Editor::new(varied(channels));
                adjust(&mut piecemeal, adjustment);
                piecemeal.begin_stroke(ink, SOFT).unwrap();
                for points in path().chunks(batch) {
                    piecemeal.extend_stroke(points);
                }
                lift(&mut piecemeal);
                assert_eq!(piecemeal.scene(), batched.scene(), "{ink:?} by {batch}");
                assert_eq!(piecemeal.effective_logits(), batched.effective_logits());
            }
        }
    }
}

#[test]
fn a_stroke_is_drawn_from_point_to_point_and_begins_anew() {
    let mut editor = Editor::new(Scene::blank("blank", 24, 30, 1).unwrap());
    let dot = Brush { radius: 0.5, softness: 0.0 };
    for (y, from, to) in [(4, 3, 20), (15, 25, 6)] {
        editor.begin_stroke(Ink::Truth { class: 1 }, dot).unwrap();
        for x in [from, to] {
            editor.extend_stroke(&[Point { x: f64::from(x) + 0.5, y: f64::from(y) + 0.5 }]);
        }
        lift(&mut editor);
    }
    for ((_, y, x), &label) in editor.scene().labels().indexed_iter() {
        let drawn = y == 4 && (3..=20).contains(&x) || y == 15 && (6..=25).contains(&x);
        assert_eq!(label == 1, drawn, "at {y}, {x}");
    }
}

#[test]
fn crossing_its_own_path_paints_no_more() {
    let mut once = Editor::new(varied(1));
    stroke(&mut once, prediction(1, 0.9), SOFT, &path());
    let mut twice = Editor::new(varied(1));
    let mut there_and_back = path();
    there_and_back.extend(path().into_iter().rev().skip(1));
    stroke(&mut twice, prediction(1, 0.9), SOFT, &there_and_back);
    for (a, b) in once.scene().painted().iter().zip(twice.scene().painted()) {
        assert!((a - b).abs() < 1e-4, "{a} is not {b}");
    }
}

#[test]
fn what_is_seen_under_the_brush_is_what_is_painted() {
    for (channels, class) in [(1, 1), (1, 0), (3, 0), (5, 4)] {
        let mut editor = Editor::new(varied(channels));
        adjust(&mut editor, ADJUSTED);
        let before = editor.effective_logits().clone();
        stroke(&mut editor, prediction(class, 0.8), HARD, &[Point { x: 15.5, y: 12.5 }]);
        let after = editor.effective_logits();
        let seen = |y, x| match (channels, class) {
            (1, 0) => 1.0 - probs_at(after, y, x)[0],
            (1, _) => probs_at(after, y, x)[0],
            _ => probs_at(after, y, x)[usize::from(class)],
        };
        for (y, x) in [(12, 15), (12, 17), (10, 14), (14, 16)] {
            assert!((seen(y, x) - 0.8).abs() < 1e-5, "{} at {y}, {x}", seen(y, x));
        }
        for ((_, channel, y, x), z) in before.indexed_iter() {
            if (y as f64 - 12.0).hypot(x as f64 - 15.0) > 3.0 {
                assert_eq!(z.to_bits(), after[[0, channel, y, x]].to_bits(), "untouched at {y}, {x}");
            }
        }
        assert_seen_afresh(&editor);
    }
}

#[test]
fn a_soft_stroke_is_between_what_was_and_what_is_painted() {
    let mut editor = Editor::new(Scene::blank("blank", 24, 30, 1).unwrap());
    stroke(
        &mut editor,
        prediction(1, 0.9),
        Brush { radius: 8.0, softness: 1.0 },
        &[Point { x: 15.5, y: 12.5 }],
    );
    let probs: Vec<f64> = (15..24).map(|x| probs_at(editor.effective_logits(), 12, x)[0]).collect();
    assert!((probs[0] - 0.9).abs() < 1e-6 && (probs[8] - 0.02).abs() < 1e-6, "{probs:?}");
    assert!(probs.windows(2).all(|pair| pair[0] > pair[1]), "{probs:?}");
}

#[test]
fn truth_takes_a_class_the_background_and_ignore_with_a_hard_edge() {
    for class in [1, 0, IGNORE] {
        let mut editor = Editor::new(varied(1));
        let mut changed = editor.scene().labels().clone();
        editor.begin_stroke(Ink::Truth { class }, Brush { softness: 1.0, ..HARD }).unwrap();
        let change = editor.extend_stroke(&[Point { x: 15.5, y: 12.5 }]);
        assert_eq!(change, Some(Change::Truth(Rect { top: 9, left: 12, bottom: 16, right: 19 })));
        for ((_, y, x), label) in changed.indexed_iter_mut() {
            if (y as f64 - 12.0).hypot(x as f64 - 15.0) <= 3.0 {
                *label = class;
            }
        }
        assert_eq!(editor.scene().labels(), &changed);
    }
}

#[test]
fn a_cancelled_stroke_leaves_no_trace() {
    for adjustment in [Adjustment::default(), ADJUSTED] {
        for ink in [Ink::Truth { class: 2 }, prediction(1, 0.7)] {
            let mut editor = Editor::adjusted(varied(3), adjustment);
            let before = editor.scene().clone();
            let seen = editor.effective_logits().clone();
            editor.begin_stroke(ink, HARD).unwrap();
            assert!(editor.extend_stroke(&path()).is_some() && editor.is_stroking());
            assert!(editor.cancel_stroke().is_some());
            assert_eq!((editor.scene(), editor.effective_logits()), (&before, &seen));
            assert!(!editor.is_stroking());
        }
    }
}

#[test]
fn a_stroke_of_what_is_there_already_changes_nothing() {
    let mut editor = Editor::new(Scene::blank("blank", 24, 30, 1).unwrap());
    for points in [path(), vec![Point { x: -90.0, y: 0.0 }, Point { x: f64::NAN, y: 2.0 }]] {
        editor.begin_stroke(Ink::Truth { class: 0 }, HARD).unwrap();
        editor.extend_stroke(&points);
        let (_, edit) = editor.end_stroke();
        assert_eq!(editor.apply(&edit.unwrap()), Ok(None));
    }
    assert_eq!(editor.extend_stroke(&path()), None, "there is no stroke to go on with");
    assert_eq!(editor.apply(&ImageEdit::Clear { plane: Plane::Truth }), Ok(None));
}

#[test]
fn another_edit_takes_a_stroke_that_is_being_made_back() {
    for edit in [
        ImageEdit::Adjust(ADJUSTED),
        ImageEdit::Fill { ink: Ink::Truth { class: 1 }, x: 0, y: 0 },
        ImageEdit::Clear { plane: Plane::Prediction },
        ImageEdit::Pixel { x: 0, y: 0, class: 1, prob: 0.5 },
        ImageEdit::Convert { channels: 3 },
    ] {
        let mut alone = Editor::new(varied(1));
        alone.apply(&edit).unwrap();
        let mut editor = Editor::new(varied(1));
        editor.begin_stroke(prediction(1, 0.9), SOFT).unwrap();
        editor.extend_stroke(&path());
        editor.apply(&edit).unwrap();
        assert_eq!(editor.scene(), alone.scene());
        assert_seen_afresh(&editor);
    }
}

#[test]
fn a_stroke_as_it_is_kept_is_near_the_one_under_the_hand() {
    // As a pointer reports a curve: many points, close together.
    let wave = |i: i32| Point { x: f64::from(i) * 0.3, y: 12.0 + 7.0 * (f64::from(i) * 0.09).sin() };
    let points: Vec<Point> = (0..90).map(wave).collect();
    let mut editor = Editor::new(varied(1));
    editor.begin_stroke(prediction(1, 0.9), SOFT).unwrap();
    editor.extend_stroke(&points);
    let under_the_hand = editor.scene().painted().clone();
    let (_, edit) = editor.end_stroke();
    let ImageEdit::Stroke { path, .. } = edit.clone().unwrap() else { panic!("a stroke") };
    assert!(path.len() < 30, "{} points are kept of 90", path.len());
    editor.apply(&edit.unwrap()).unwrap();
    let kept = editor.scene().painted();
    let off = under_the_hand.iter().zip(kept).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    assert!(off > 0.0 && off < 0.5, "a logit is off by {off}");
}

#[test]
fn a_fill_of_truth_stays_in_its_label() {
    let mut editor = Editor::new(varied(3));
    let before = editor.scene().labels().clone();
    let change = fill(&mut editor, 2, 10, Ink::Truth { class: 0 }).unwrap();
    // Labels change every 5 rows and 7 columns, diagonally.
    assert_eq!(change, Some(Change::Truth(Rect { top: 0, left: 7, bottom: 5, right: 14 })));
    for ((_, y, x), &label) in editor.scene().labels().indexed_iter() {
        let inside = y < 5 && (7..14).contains(&x);
        assert_eq!(label, if inside { 0 } else { before[[0, y, x]] }, "at {y}, {x}");
    }
    assert_eq!(fill(&mut editor, 2, 10, Ink::Truth { class: 0 }), Ok(None), "it is filled already");
}

#[test]
fn a_fill_of_the_prediction_goes_by_what_is_decided_as_seen() {
    for (channels, class) in [(1, 1), (3, 2)] {
        // A square that is found, and found more surely in its left half.
        let probs = Array3::from_shape_fn((channels, 12, 12), |(c, y, x)| {
            let inside = (3..9).contains(&y) && (3..9).contains(&x);
            let p = if inside { if x < 6 { 0.9 } else { 0.6 } } else { 0.1 };
            if channels == 1 || c == usize::from(class) { p } else { (1.0 - p) / 2.0 }
        });
        let logits = crate::scene::logits_of_probabilities(&probs);
        let mut editor =
            Editor::new(Scene::from_prediction(Labelling::OneClass, "square", logits.clone()).unwrap());
        let square = Rect { top: 3, left: 3, bottom: 9, right: 9 };
        assert_eq!(fill(&mut editor, 4, 4, prediction(class, 0.7)), Ok(Some(Change::Prediction(square))));
        let channel = if channels == 1 { 0 } else { 2 };
        for (y, x, expected) in [(3, 3, 0.7), (8, 8, 0.7), (2, 3, 0.1), (0, 0, 0.1), (11, 5, 0.1)] {
            let p = probs_at(editor.effective_logits(), y, x)[channel];
            assert!((p - expected).abs() < 1e-5, "{p} at {y}, {x} in {channels} channels");
        }
        let mut editor = Editor::new(Scene::from_prediction(Labelling::OneClass, "square", logits).unwrap());
        // Shifted until only the left half is decided for.
        let bias = if channels == 1 { -1.0 } else { 0.0 };
        adjust(&mut editor, Adjustment { bias, ..Adjustment::default() });
        let right = if channels == 1 { 6 } else { 9 };
        let change = fill(&mut editor, 4, 4, prediction(class, 0.7));
        assert_eq!(change, Ok(Some(Change::Prediction(Rect { right, ..square }))));
        assert_seen_afresh(&editor);
    }
}

#[test]
fn clearing_leaves_no_foreground_as_it_is_seen() {
    for channels in [1, 3, 5] {
        let mut editor = Editor::new(varied(channels));
        adjust(&mut editor, ADJUSTED);
        assert_eq!(
            editor.apply(&ImageEdit::Clear { plane: Plane::Truth }).unwrap(),
            Some(Change::Truth(Rect::whole(24, 30)))
        );
        assert!(editor.scene().labels().iter().all(|&label| label == 0));
        assert_eq!(
            editor.apply(&ImageEdit::Clear { plane: Plane::Prediction }).unwrap(),
            Some(Change::Prediction(Rect::whole(24, 30)))
        );
        let probs = probs_at(editor.effective_logits(), 20, 7);
        let expected = if channels == 1 { 0.02 } else { 0.96 };
        assert!((probs[0] - expected).abs() < 1e-5, "{probs:?}");
        assert!(probs[1..].iter().all(|p| (p - 0.04 / (channels - 1) as f64).abs() < 1e-5), "{probs:?}");
    }
}

#[test]
fn one_pixel_takes_the_probability_that_is_to_be_seen() {
    let mut editor = Editor::adjusted(varied(3), ADJUSTED);
    for prob in [0.3, 0.5, 0.8] {
        assert_eq!(pixel(&mut editor, (3, 4), 2, prob), Ok(Some(Change::Prediction(Rect::pixel(3, 4)))));
        assert!((probs_at(editor.effective_logits(), 3, 4)[2] - prob).abs() < 1e-5);
    }
    assert_seen_afresh(&editor);
}

#[test]
fn converting_keeps_the_adjustment() {
    for adjustment in [Adjustment::default(), ADJUSTED] {
        let mut editor = Editor::adjusted(varied(1), adjustment);
        let convert = |editor: &mut Editor| editor.apply(&ImageEdit::Convert { channels: 4 });
        assert_eq!(convert(&mut editor), Ok(Some(Change::Scene)));
        assert_eq!((editor.scene().shape().channels, editor.adjustment()), (4, adjustment));
        assert_seen_afresh(&editor);
        assert_eq!(convert(&mut editor), Ok(None), "it has four already");
    }
}

#[test]
fn adjusting_paints_nothing() {
    let mut editor = Editor::new(varied(3));
    let before = editor.scene().clone();
    assert_eq!(adjust(&mut editor, ADJUSTED), Some(Change::Prediction(Rect::whole(24, 30))));
    assert_ne!(editor.effective_logits(), before.painted());
    assert_eq!(adjust(&mut editor, ADJUSTED), None);
    assert_eq!(editor.scene(), &before);
    adjust(&mut editor, Adjustment::default());
    assert_eq!(editor.effective_logits(), before.painted());
}

#[test]
fn what_cannot_be_painted_is_refused_and_changes_nothing() {
    let mut editor = Editor::new(varied(1));
    let before = editor.scene().clone();
    assert!(editor.begin_stroke(Ink::Truth { class: 2 }, HARD).is_err());
    assert!(editor.begin_stroke(prediction(1, f64::NAN), HARD).is_err());
    assert!(fill(&mut editor, 0, 0, prediction(2, 0.5)).is_err());
    assert!(pixel(&mut editor, (0, 0), 1, 1.5).is_err());
    assert!(editor.apply(&ImageEdit::Convert { channels: 33 }).is_err());
    let error = fill(&mut editor, 24, 0, prediction(1, 0.5)).unwrap_err().to_string();
    assert_eq!(error, "there is no pixel at x 0, y 24: the scene is 30 × 24");
    assert!(pixel(&mut editor, (0, 30), 1, 0.5).is_err());
    assert_eq!(editor.scene(), &before);
    assert!(!editor.is_stroking());
}

/// The first class that is painted on a truth that is still to come makes the rest background, and undo takes that back.
#[test]
fn a_truth_that_is_to_come_is_there_once_a_class_is_painted() {
    let probs = Array3::from_elem((1, 12, 12), 0.5);
    let base = std::rc::Rc::new(
        Scene::from_prediction(Labelling::OneClass, "mine", crate::scene::logits_of_probabilities(&probs))
            .unwrap(),
    );
    let path = Path::new([Point { x: 4.0, y: 4.0 }, Point { x: 8.0, y: 4.0 }]);
    let off = Path::new([Point { x: 90.0, y: 90.0 }]);
    let stroke =
        |class, path: &Path| ImageEdit::Stroke { ink: Ink::Truth { class }, brush: HARD, path: path.clone() };
    let clear = ImageEdit::Clear { plane: Plane::Truth };
    for (edit, foreground) in [
        (stroke(1, &path), None),
        (stroke(0, &path), Some(0)),
        (clear, Some(0)),
        (ImageEdit::Fill { ink: Ink::Truth { class: 1 }, x: 2, y: 3 }, Some(144)),
    ] {
        let mut playhead = crate::scene::Playhead::new(base.clone());
        let (edits, change) = playhead.make(edit.clone()).unwrap().unwrap();
        assert_eq!(change, Change::Truth(Rect::whole(12, 12)), "{edit:?}");
        assert!(!playhead.scene().truth_is_to_come());
        let found = playhead.scene().labels().iter().filter(|&&label| label == 1).count();
        assert!(playhead.scene().labels().iter().all(|&label| label < 2), "{edit:?}");
        assert_eq!(found, foreground.unwrap_or(found));
        assert!(foreground.is_some() || (1..144).contains(&found), "{found}");
        playhead.seek(&edits.before());
        assert!(playhead.scene().truth_is_to_come() && playhead.scene() == &*base);
        playhead.seek(&edits);
        assert!(!playhead.scene().truth_is_to_come());
    }
    let mut playhead = crate::scene::Playhead::new(base.clone());
    assert_eq!(playhead.make(stroke(1, &off)), Ok(None), "a stroke beside the image paints nothing");
    assert!(playhead.make(ImageEdit::Pixel { x: 1, y: 1, class: 1, prob: 0.9 }).unwrap().is_some());
    assert!(playhead.scene().truth_is_to_come(), "the prediction says nothing of it");
    let mut editor = Editor::new((*base).clone());
    editor.begin_stroke(Ink::Truth { class: 1 }, HARD).unwrap();
    editor.extend_stroke(&[Point { x: 3.0, y: 3.0 }]);
    assert!(!editor.scene().truth_is_to_come());
    editor.cancel_stroke();
    assert_eq!(editor.scene(), &*base);
}
