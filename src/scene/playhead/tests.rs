//! Going to and fro in a list of edits.

use proptest::prelude::*;
use proptest::strategy::ValueTree;

use super::*;
use crate::scene::{Path, Plane, Rect, preset};

fn base() -> Rc<Scene> {
    Rc::new(preset("rare-class").expect("a bundled scene").build(64))
}

fn ink() -> impl Strategy<Value = Ink> {
    // Class 4 is refused by a scene of fewer classes, a weight below 0 by every one.
    prop_oneof![
        (0..=4u8).prop_map(|class| Ink::Truth { class }),
        (1..=4u8).prop_map(|region| Ink::Outside { region }),
        (0..=4u8, 0.0..=1.0).prop_map(|(class, prob)| Ink::Prediction { class, prob }),
        (-1.0..9.0).prop_map(|weight| Ink::Weight { weight }),
    ]
}

fn edit() -> impl Strategy<Value = ImageEdit> {
    let brush = (0.5..6.0, 0.0..=1.0).prop_map(|(radius, softness)| Brush { radius, softness });
    let path = prop::collection::vec((-4.0..70.0, -4.0..70.0), 1..4)
        .prop_map(|points| Path::new(points.into_iter().map(|(x, y)| Point { x, y })));
    let adjustment = (0.5..2.0, -1.0..1.0, 0.0..1.0, 0..3u32).prop_map(|(temperature, bias, noise, seed)| {
        ImageEdit::Adjust(Adjustment { temperature, bias, noise, seed })
    });
    prop_oneof![
        20 => (ink(), brush, path).prop_map(|(ink, brush, path)| ImageEdit::Stroke { ink, brush, path }),
        4 => (ink(), 0..66usize, 0..66usize).prop_map(|(ink, x, y)| ImageEdit::Fill { ink, x, y }),
        4 => (0..66usize, 0..66usize, 0..5u8, 0.0..=1.0)
            .prop_map(|(x, y, class, prob)| ImageEdit::Pixel { x, y, class, prob }),
        1 => prop_oneof![Just(Plane::Truth), Just(Plane::Prediction)].prop_map(|plane| ImageEdit::Clear { plane }),
        2 => adjustment,
        1 => prop_oneof![Just(1usize), Just(2), Just(3), Just(5)].prop_map(|channels| ImageEdit::Convert { channels }),
    ]
}

/// The image computed from its base, without going to and fro.
fn afresh(edits: &Edits) -> Playhead {
    let mut editor = Editor::new((*base()).clone());
    for edit in edits.in_order() {
        let _ = editor.apply(edit);
    }
    let mut playhead = Playhead::new(base());
    playhead.editor = editor;
    playhead
}

fn assert_same_pixels(playhead: &Playhead, expected: &Playhead) {
    assert_eq!(playhead.scene(), expected.scene());
    assert_eq!(playhead.effective_logits(), expected.effective_logits());
    assert_eq!(playhead.adjustment(), expected.adjustment());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn any_way_through_the_list_ends_in_the_same_pixels(
        edits in prop::collection::vec(edit(), 1..150),
        stops in prop::collection::vec(0..150usize, 1..8),
        scarce in any::<bool>(),
    ) {
        let list: Edits = edits.into_iter().collect();
        let mut playhead = Playhead::new(base());
        if scarce {
            playhead.most_bytes = 2_000;
        }
        playhead.seek(&list);
        assert_same_pixels(&playhead, &afresh(&list));
        for stop in stops {
            let mut place = list.clone();
            while place.len() > stop {
                place = place.before();
            }
            // From half of the places it goes another way.
            if stop % 2 == 0 {
                place = place.with(ImageEdit::Clear { plane: Plane::Truth });
            }
            playhead.seek(&place);
            prop_assert_eq!(playhead.at().id(), place.id());
            assert_same_pixels(&playhead, &afresh(&place));
        }
    }
}

/// From a checkpoint and from the base, after ten thousand edits: the runner's own generator, seeded, so that a failure is
/// seen again.
#[test]
fn ten_thousand_edits_from_a_checkpoint_are_those_from_the_base() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let strategy = edit();
    let list: Edits = (0..10_000).map(|_| strategy.new_tree(&mut runner).unwrap().current()).collect();
    let mut playhead = Playhead::new(base());
    playhead.most_bytes = 1 << 20;
    playhead.seek(&list);
    assert!(playhead.checkpoints.len() > 4, "{}", playhead.checkpoints.len());
    assert!(playhead.checkpoint_bytes() <= 1 << 20, "{}", playhead.checkpoint_bytes());
    assert!(playhead.formers.len() < 5_000, "the way back is by checkpoints");
    let mut place = list.clone();
    while place.len() > 4_321 {
        place = place.before();
    }
    let changes = playhead.seek(&place);
    assert!(changes.scene);
    assert_same_pixels(&playhead, &afresh(&place));
    playhead.seek(&list);
    assert_same_pixels(&playhead, &afresh(&list));
}

/// However large a scene is, the last checkpoint stays.
#[test]
fn checkpoints_take_no_more_memory_than_they_may() {
    let clear = |i: usize| ImageEdit::Clear {
        plane: if i.is_multiple_of(2) { Plane::Truth } else { Plane::Prediction },
    };
    let list: Edits = (0..STRIDE * 40).map(clear).collect();
    for (most, kept) in [(usize::MAX, 12..=MOST_CHECKPOINTS), (3 * base().bytes(), 2..=3), (0, 1..=1)] {
        let mut playhead = Playhead::new(base());
        playhead.most_bytes = most;
        playhead.seek(&list);
        assert!(kept.contains(&playhead.checkpoints.len()), "{most}: {}", playhead.checkpoints.len());
        let last = playhead.checkpoints.last().map(|checkpoint| checkpoint.at.len());
        assert!(last >= Some(list.len() - STRIDE), "{most}: {last:?}");
        playhead.seek(&list.before());
        playhead.seek(&list);
        assert_same_pixels(&playhead, &afresh(&list));
    }
}

#[test]
fn what_changed_on_the_way_is_told() {
    let mut playhead = Playhead::new(base());
    let dot = |x: f64, y: f64, ink| ImageEdit::Stroke {
        ink,
        brush: Brush { radius: 0.5, softness: 0.0 },
        path: Path::new([Point { x, y }]),
    };
    let truth = dot(2.5, 3.5, Ink::Truth { class: 2 });
    let (first, _) = playhead.make(truth).unwrap().unwrap();
    let (second, change) =
        playhead.make(dot(9.5, 8.5, Ink::Prediction { class: 1, prob: 0.5 })).unwrap().unwrap();
    assert_eq!(change, Change::Prediction(Rect::pixel(8, 9)));
    let changes = playhead.seek(&Edits::default());
    let expected =
        Changes { truth: Some(Rect::pixel(3, 2)), prediction: Some(Rect::pixel(8, 9)), ..Changes::default() };
    assert_eq!(changes, expected);
    assert_eq!(playhead.scene(), &*base());
    assert_eq!(playhead.seek(&second), expected);
    assert!(playhead.seek(&second).is_none());
    assert_eq!(playhead.seek(&first), Changes { truth: None, ..expected });
    assert_eq!(playhead.make(dot(2.5, 3.5, Ink::Truth { class: 2 })), Ok(None), "it is there already");
    assert!(playhead.make(dot(2.5, 3.5, Ink::Truth { class: 3 })).is_err());
    assert_eq!(playhead.at().id(), first.id());
}
