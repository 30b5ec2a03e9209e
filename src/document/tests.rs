//! Random documents through every wrapper, and any bytes as a document.

use proptest::prelude::*;
use serde_json::json;

use super::carrier::{file, holds_document, link, open_file, open_link};
use super::read::Notes;
use super::*;
use crate::field::{Labels, Logits};
use crate::loss::Spec;
use crate::loss::config::{Domain, Kind, Setting};
use crate::paint::Scale;
use crate::scene::{
    Adjustment, BATCHES, Brush, Edits, ImageEdit, Ink, Legend, LegendEntry, PRESETS, Path, Point,
};

fn ink() -> impl Strategy<Value = Ink> {
    prop_oneof![
        (0..=4u8).prop_map(|class| Ink::Truth { class }),
        (1..=4u8).prop_map(|region| Ink::Outside { region }),
        (0..=4u8, 0.0..=1.0).prop_map(|(class, prob)| Ink::Prediction { class, prob }),
        (0.0..200.0).prop_map(|weight| Ink::Weight { weight }),
    ]
}

fn image_edit() -> impl Strategy<Value = ImageEdit> {
    let brush = (0.5..40.0, 0.0..=1.0).prop_map(|(radius, softness)| Brush { radius, softness });
    let path = prop::collection::vec((-40.0..300.0, -40.0..300.0), 0..9)
        .prop_map(|points| Path::new(points.into_iter().map(|(x, y)| Point { x, y })));
    prop_oneof![
        (ink(), brush, path).prop_map(|(ink, brush, path)| ImageEdit::Stroke { ink, brush, path }),
        (ink(), 0..256usize, 0..256usize).prop_map(|(ink, x, y)| ImageEdit::Fill { ink, x, y }),
        (0..256usize, 0..256usize, 0..5u8, 0.0..=1.0).prop_map(|(x, y, class, prob)| ImageEdit::Pixel {
            x,
            y,
            class,
            prob
        }),
        Just(ImageEdit::Clear { plane: crate::scene::Plane::Prediction }),
        (0.1..10.0, -6.0..6.0, 0.0..4.0, any::<u32>()).prop_map(|(temperature, bias, noise, seed)| {
            ImageEdit::Adjust(Adjustment { temperature, bias, noise, seed })
        }),
        prop_oneof![Just(1usize), Just(2), Just(3), Just(32)]
            .prop_map(|channels| ImageEdit::Convert { channels }),
    ]
}

/// Bases that need no file.
fn base() -> impl Strategy<Value = Base> {
    prop_oneof![
        (0..PRESETS.len(), 64..=256usize)
            .prop_map(|(at, side)| Base::Preset { id: PRESETS[at].id.to_owned(), side }),
        (0..BATCHES.len(), 0..2usize, 64..=256usize).prop_map(|(at, place, side)| Base::Batch {
            id: BATCHES[at].id.to_owned(),
            place,
            side
        }),
        (1..200usize, 1..200usize, prop_oneof![Just(1usize), Just(4)]).prop_map(
            |(width, height, channels)| Base::Blank { width, height, channels, regions: channels == 4 }
        ),
    ]
}

fn legend() -> impl Strategy<Value = Legend> {
    let id = || prop::option::of(-(1i64 << 53)..=1 << 53);
    let entry = (prop::option::of("[a-zà-ü ]{1,70}"), id(), prop::option::of(any::<[u8; 3]>()))
        .prop_map(|(name, id, colour)| LegendEntry { name, id, colour });
    (prop::collection::vec(entry, 0..=32), id())
        .prop_map(|(classes, ignored)| Legend { classes, ignored }.settled())
}

/// A file of class ids.
fn opened_file(name: &str, painted: bool) -> OpenedFile {
    let values = json!({
        "kind": "labels", "of": "value", "classes": 3, "rest": "nearest",
        "assign": [{ "key": 0.0, "to": { "class": 0 } }, { "key": 255.0, "to": "void", "name": "rim" }],
    });
    let choice =
        serde_json::from_value(json!({ "values": values, "size": { "kind": "own" } })).expect("a choice");
    OpenedFile { name: name.to_owned(), choice, painted }
}

/// Bases of opened files, of which a link and a file say everything but the pixels.
fn raster() -> impl Strategy<Value = Base> {
    let digest = || "[0-9a-f]{32}".prop_map(|text| Digest::from(text.as_str()));
    (digest(), prop::option::of(digest()), prop::option::of(digest()), legend(), any::<bool>()).prop_map(
        |(prediction, truth, picture, legend, of_truth)| Base::Raster {
            title: "mine.png".into(),
            of_truth,
            regions: of_truth,
            truth,
            prediction,
            weights: picture.clone(),
            picture,
            legend,
            files: OpenedFiles { truth: of_truth.then(|| opened_file("mine.png", true)), prediction: None }
                .into(),
        },
    )
}

fn image() -> impl Strategy<Value = Image> {
    (base(), prop::collection::vec(image_edit(), 0..12))
        .prop_map(|(base, edits)| Image::edited(base, edits.into_iter().collect()))
}

/// A setting of a loss other than its default, often far beyond its slider. A flag that is refused beside another setting
/// is left out.
fn setting() -> impl Strategy<Value = (String, String, Setting)> {
    let stands_alone = |spec: &Spec, id: &str| spec.params.iter().all(|param| param.moot_with != Some(id));
    let of_all: Vec<_> = LOSSES
        .iter()
        .flat_map(|spec| spec.params.iter().map(move |param| (*spec, param)))
        .filter(|(spec, param)| stands_alone(spec, param.id))
        .map(|(spec, param)| (spec.id, param))
        .collect();
    let most = |domain: Domain| domain.max.min(50.0 * domain.slider_max);
    (0..of_all.len(), 0.0..=1.0).prop_map(move |(at, t)| {
        let (loss, param) = of_all[at];
        let setting = match param.kind {
            Kind::Number(domain) => Setting::Number(domain.min + t * (most(domain) - domain.min)),
            Kind::PerClass(domain) => Setting::PerClass(vec![domain.min, most(domain) * t]),
            Kind::Flag { default } => Setting::Flag(!default),
            Kind::Choice(options) => {
                Setting::Choice(options[(t * 0.99 * options.len() as f64) as usize].id.into())
            }
        };
        (loss.to_owned(), param.id.to_owned(), setting)
    })
}

fn weighting() -> impl Strategy<Value = PixelWeighting> {
    prop_oneof![
        Just(PixelWeighting::Equal),
        Just(PixelWeighting::Frequency),
        Just(PixelWeighting::Own),
        (0.1..1000.0, 0.5..50.0).prop_map(|(w0, sigma)| PixelWeighting::UNet { w0, sigma }),
    ]
}

fn document() -> impl Strategy<Value = Document> {
    let view =
        (any::<[bool; 4]>(), prop::option::of(0..5usize), prop::option::of((0..256usize, 0..256usize)))
            .prop_map(|([symlog, by_probability, shared_scale, photo], gradient_class, pin)| View {
                scale: if symlog { Scale::Symlog } else { Scale::Linear },
                by_probability,
                shared_scale,
                photo,
                gradient_class,
                pinned: pin.map(|(x, y)| At { x, y }),
            });
    let tools =
        (any::<bool>(), 0.5..40.0, 0.0..=1.0, 0..5u8).prop_map(|(erasing, radius, softness, class)| Tools {
            erasing,
            radius,
            softness,
            truth_class: class,
            ..Tools::default()
        });
    let cards =
        prop::sample::subsequence(LOSSES.iter().map(|spec| spec.id.to_owned()).collect::<Vec<_>>(), 0..9);
    let images = prop::collection::vec(image(), 1..=MOST_IMAGES);
    (
        images,
        any::<prop::sample::Index>(),
        prop::collection::vec(setting(), 0..6),
        cards,
        (0..=16usize, weighting()),
        view,
        tools,
    )
        .prop_map(|(images, active, settings, cards, (soft_edges, weighting), view, tools)| {
            let mut losses = Losses::default();
            for (loss, param, setting) in settings {
                losses.entry(loss).or_default().settings.insert(param, setting);
            }
            Document {
                active: active.index(images.len()),
                images,
                losses,
                cards,
                soft_edges,
                weighting,
                view,
                panel: crate::panel::PANELS[0].id().to_owned(),
                tools,
                ..Document::default()
            }
        })
}

fn opened(fragment: &str) -> Document {
    let mut notes = Notes::default();
    let (document, _) = open_link(fragment, &mut notes);
    assert_eq!(notes, Notes::default());
    document.expect("a document")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn a_document_comes_back_from_its_link(document in document()) {
        let link = link(&document);
        prop_assert!(link.files.is_empty());
        prop_assert_eq!(opened(&link.fragment), document.within(Carrier::Link));
    }

    #[test]
    fn what_is_said_of_opened_files_comes_back_from_a_link_and_a_file(base in raster()) {
        let document = Document { images: vec![Image::new(base)], ..Document::default() };
        prop_assert_eq!(&opened(&link(&document).fragment), &document);
        let mut notes = Notes::default();
        let text = file(&document, &Rasters::default());
        let opened = open_file("mine", text.as_bytes(), &mut Rasters::default(), &mut notes).unwrap();
        prop_assert_eq!((opened.document, notes), (document, Notes::default()));
    }

    #[test]
    fn a_document_comes_back_from_its_file_and_its_picture(document in document()) {
        let text = file(&document, &Rasters::default());
        let mut png = Vec::new();
        let mut encoder = png::Encoder::new(&mut png, 2, 1);
        encoder.set_color(png::ColorType::Rgba);
        encoder.write_header().unwrap().write_image_data(&[9; 8]).unwrap();
        prop_assert!(!holds_document(&png));
        let picture = carrier::picture(&png, &text).unwrap();
        for bytes in [text.as_bytes(), &picture] {
            prop_assert!(holds_document(bytes));
            let mut notes = Notes::default();
            let opened = open_file("mine", bytes, &mut Rasters::default(), &mut notes).unwrap();
            prop_assert_eq!(notes, Notes::default());
            prop_assert_eq!(opened.document, document.within(Carrier::File));
        }
    }

    #[test]
    fn a_history_comes_back_from_what_is_kept(
        opening in document(),
        edits in prop::collection::vec((image_edit(), any::<prop::sample::Index>()), 1..20),
        other in document(),
        back in 0..20usize,
    ) {
        let mut history = History::new(opening);
        let mut kept = Kept::default();
        let mut follow = |history: &mut History| {
            if let Some(change) = history.kept_change() {
                kept.follow(change);
            }
        };
        for (edit, at) in edits {
            let image = at.index(history.document().images.len());
            history.make(DocumentEdit::paint(image, edit), None).unwrap();
            follow(&mut history);
        }
        history.make(vec![DocumentEdit::Open(Box::new(other)), DocumentEdit::SoftEdges(3)], None).unwrap();
        for _ in 0..back {
            history.undo();
        }
        history.look(|document| document.view.photo = !document.view.photo);
        follow(&mut history);
        prop_assert_eq!(history.kept_change(), None);
        let mut notes = Notes::default();
        let mut again = History::open(&kept, &mut notes);
        prop_assert_eq!(notes, Notes::default());
        loop {
            prop_assert_eq!(again.document(), history.document());
            prop_assert_eq!(again.steps(), history.steps());
            let more = history.redo();
            prop_assert_eq!(again.redo(), more);
            if !more { break }
        }
    }

    #[test]
    fn any_address_gives_a_document_or_a_sentence(fragment in "[a-z/.0-9A-Z_-]{0,60}") {
        let mut notes = Notes::default();
        let (document, panel) = open_link(&fragment, &mut notes);
        prop_assert!(document.is_some() || panel.is_some() || fragment.is_empty() || !notes.texts().is_empty());
    }

    #[test]
    fn a_link_with_a_wrong_letter_breaks_nothing(document in document(), at in any::<prop::sample::Index>(), letter in "[a-zA-Z0-9]") {
        let mut fragment = link(&document).fragment;
        let start = fragment.find('.').unwrap() + 1;
        let at = start + at.index(fragment.len() - start);
        fragment.replace_range(at..=at, &letter);
        let mut notes = Notes::default();
        if let (None, _) = open_link(&fragment, &mut notes) {
            prop_assert!(!notes.texts().is_empty());
        }
    }

    #[test]
    fn any_bytes_are_a_document_or_are_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let refusal = open_file("odd", &bytes, &mut Rasters::default(), &mut Notes::default());
        prop_assert!(refusal.is_err_and(|sentence| sentence.starts_with("odd: found")));
    }
}

/// Every field and every place of a document that is read can be of a kind that nobody expects.
#[test]
fn wrong_kinds_anywhere_leave_the_rest_as_it_is() {
    let edits: Edits = [ImageEdit::Fill { ink: Ink::Truth { class: 1 }, x: 3, y: 4 }].into_iter().collect();
    let whole = Document {
        images: vec![Image::edited(Base::preset("tiny-lesion"), edits)],
        losses: [(
            "focal".to_owned(),
            LossState { settings: [("gamma".to_owned(), 3.0.into())].into(), preset_from: None },
        )]
        .into(),
        cards: vec!["dice".into(), "focal".into()],
        soft_edges: 4,
        view: View { photo: false, pinned: Some(At { x: 1, y: 2 }), ..View::default() },
        ..Document::default()
    };
    let json = serde_json::to_value(&whole).unwrap();
    let mut places = Vec::new();
    paths(&json, &mut Vec::new(), &mut places);
    assert!(places.len() > 40, "{}", places.len());
    for place in places {
        for wrong in [json!(null), json!(-1.5), json!("?"), json!([[[]]]), json!({ "a": 1 }), json!(1e300)] {
            let mut damaged = json.clone();
            *damaged.pointer_mut(&place).unwrap() = wrong.clone();
            let mut notes = Notes::default();
            let read = read::document(damaged, &mut notes);
            assert!((1..=MOST_IMAGES).contains(&read.images.len()), "{place} {wrong}");
            assert!(read.active < read.images.len());
            let untouched = [
                (place.starts_with("/softEdges"), read.soft_edges == 4),
                (place.starts_with("/view"), read.view == whole.view),
                (place.starts_with("/cards"), read.cards == whole.cards),
                (place.starts_with("/losses"), read.losses == whole.losses),
                (place.starts_with("/images"), read.images == whole.images),
            ];
            assert!(untouched.iter().all(|(is_it, same)| *is_it || *same), "{place} {wrong}: {read:?}");
        }
    }
}

fn paths(value: &Value, at: &mut Vec<String>, found: &mut Vec<String>) {
    let mut within = |key: String, value: &Value| {
        at.push(key);
        found.push(format!("/{}", at.join("/")));
        paths(value, at, found);
        at.pop();
    };
    match value {
        Value::Object(fields) => fields.iter().for_each(|(key, value)| within(key.clone(), value)),
        Value::Array(values) => values.iter().enumerate().for_each(|(i, value)| within(i.to_string(), value)),
        _ => {}
    }
}

#[test]
fn what_is_out_of_range_is_brought_into_it_and_told() {
    let mut notes = Notes::default();
    let read = read::document(
        json!({
            "images": [{ "base": { "kind": "preset", "id": "tiny-lesion", "side": 9000 }, "edits": [{ "nothing": 1 }] }],
            "active": 7, "softEdges": 99, "losses": { "focal": { "settings": { "gamma": -3, "nope": 1 } }, "sum": {} },
            "cards": ["dice", "dice", "none"], "panel": "kitchen", "panels": { "kitchen": {} }, "later": true,
        }),
        &mut notes,
    );
    assert_eq!(read.images[0].base, Base::Preset { id: "tiny-lesion".into(), side: 256 });
    assert_eq!((read.active, read.soft_edges, read.panel.as_str()), (0, 16, CARDS));
    assert_eq!(read.losses["focal"].settings["gamma"], Setting::Number(0.0));
    assert_eq!(read.cards, ["dice"]);
    assert_eq!(notes.skipped_edits, 1);
    for clamped in ["the side of an image", "active", "softEdges", "focal.gamma"] {
        assert!(notes.clamped.iter().any(|place| place == clamped), "{clamped}: {notes:?}");
    }
    for left_out in [
        "focal.nope",
        "the settings of sum",
        "the card of none",
        "panel kitchen",
        "the panel kitchen",
        "later",
    ] {
        assert!(notes.left_out.iter().any(|place| place == left_out), "{left_out}: {notes:?}");
    }
    assert_eq!(notes.texts().len(), 3);
}

#[test]
fn a_link_of_a_newer_format_opens_with_what_is_known() {
    let document = Document { soft_edges: 5, ..Document::default() };
    let fragment = link(&document).fragment.replacen("/1.", "/7.", 1);
    let mut notes = Notes::default();
    let (read, _) = open_link(&fragment, &mut notes);
    assert_eq!(read, Some(document));
    assert!(notes.texts()[0].contains("format 7"), "{notes:?}");
}

#[test]
fn links_to_panels_and_to_nothing_have_no_document() {
    let id = crate::panel::PANELS[0].id();
    assert_eq!(open_link("", &mut Notes::default()), (None, None));
    assert_eq!(open_link(id, &mut Notes::default()), (None, Some(id.to_owned())));
    assert_eq!(link(&Document::default()).fragment, "");
    assert_eq!(link(&Document { panel: id.to_owned(), ..Document::default() }).fragment, id);
    let mut notes = Notes::default();
    assert_eq!(open_link("chapter-2", &mut notes), (None, None));
    assert!(notes.texts()[0].contains("“#chapter-2”"));
    let mut notes = Notes::default();
    assert_eq!(open_link("/1.eJwAAA", &mut notes), (None, None));
    assert!(notes.texts()[0].contains("damaged"));
}

/// Twenty strokes as a hand makes them on each bundled scene.
#[test]
fn a_link_of_twenty_ordinary_strokes_is_short_enough_to_be_sent() {
    let wave = |stroke: usize| {
        let at = move |i: usize| {
            let (t, phase) = (i as f64 / 39.0, stroke as f64);
            let x = 10.0 + (3.0 * phase) % 60.0 + 55.0 * t + 3.0 * (7.0 * t + phase).sin();
            Point { x, y: 12.0 + (5.0 * phase) % 90.0 + 9.0 * (5.0 * t + phase).sin() }
        };
        (0..40).map(at)
    };
    for preset in PRESETS {
        let mut document =
            Document { images: vec![Image::new(Base::preset(preset.id))], ..Document::default() };
        let scene = document.images[0].base.build(&Rasters::default()).unwrap();
        let mut playhead = crate::scene::Playhead::new(scene.into());
        for stroke in 0..20 {
            let ink = match stroke % 3 {
                0 => Ink::Truth { class: 1 },
                _ => Ink::Prediction { class: 1, prob: 0.9 },
            };
            playhead.begin_stroke(ink, Brush { radius: 5.0, softness: 0.3 }).unwrap();
            playhead.extend_stroke(&wave(stroke).collect::<Vec<_>>());
            let edit = playhead.end_stroke().1.unwrap();
            document.images[0].edits = document.images[0].edits.with(edit);
        }
        let length = link(&document).fragment.len();
        assert!(length < 2000, "{}: {length}", preset.id);
    }
}

#[test]
fn opened_pixels_travel_in_a_file_and_not_in_a_link() {
    let mut rasters = Rasters::default();
    let (truth, _) = rasters.keep(RasterPlane::Labels(Labels::ones((1, 3, 4))));
    let (prediction, _) = rasters.keep(RasterPlane::Logits(Logits::zeros((1, 1, 3, 4))));
    let (weights, _) = rasters.keep(RasterPlane::Weights(ndarray::Array3::ones((1, 3, 4))));
    let base = Base::Raster {
        title: "organ.png".into(),
        of_truth: true,
        regions: false,
        truth: Some(truth.clone()),
        prediction,
        picture: None,
        weights: Some(weights),
        legend: Legend::default(),
        files: Box::default(),
    };
    let document = Document { images: vec![Image::new(base.clone())], ..Document::default() };
    let link = link(&document);
    assert_eq!(link.files, ["organ.png"]);
    let there = opened(&link.fragment);
    assert_eq!(there, document);
    let refusal = there.images[0].base.build(&Rasters::default()).unwrap_err();
    assert!(refusal.contains("“organ.png”") && refusal.contains("saved file"));

    let text = file(&document, &rasters);
    let mut elsewhere = Rasters::default();
    let opened = open_file("saved.json", text.as_bytes(), &mut elsewhere, &mut Notes::default()).unwrap();
    assert_eq!((opened.document, opened.brought.len()), (document, 3));
    assert_eq!(base.build(&elsewhere), base.build(&rasters));
    let damaged = text.replace(truth.as_str(), "0123");
    let mut notes = Notes::default();
    open_file("saved.json", damaged.as_bytes(), &mut Rasters::default(), &mut notes).unwrap();
    assert_eq!(notes.left_out, ["the pixels 0123"]);
}

/// A document of before legends, and one whose legend is damaged.
#[test]
fn a_base_of_opened_files_is_read_with_what_it_has() {
    let read = |base: Value| {
        let mut notes = Notes::default();
        let document = read::document(json!({ "images": [{ "base": base }] }), &mut notes);
        (document.images[0].base.clone(), notes)
    };
    let old = json!({ "kind": "raster", "title": "a", "truth": "01", "prediction": "02", "picture": null });
    let (base, notes) = read(old.clone());
    let expected = |legend: Legend| Base::Raster {
        title: "a".into(),
        of_truth: false,
        regions: false,
        truth: Some("01".into()),
        prediction: "02".into(),
        picture: None,
        weights: None,
        legend,
        files: Box::default(),
    };
    assert_eq!((base, notes), (expected(Legend::default()), Notes::default()));
    let mut damaged = old;
    damaged["legend"] = json!({ "classes": 7, "ignored": 65535 });
    let (base, notes) = read(damaged.clone());
    assert_eq!(base, expected(Legend { classes: vec![], ignored: Some(65535) }));
    assert_eq!(notes.left_out, ["image.legend.classes"]);
    damaged["legend"] = json!({ "classes": [{ "name": " road " }], "ignored": null });
    let (base, notes) = read(damaged.clone());
    let road = LegendEntry { name: Some("road".into()), ..LegendEntry::default() };
    let named = expected(Legend { classes: vec![road], ignored: None });
    assert_eq!(base, named);
    assert_eq!(notes.clamped, ["image.legend"]);
    damaged["legend"] = json!({});
    damaged["files"] = json!({ "truth": { "name": "a.png" }, "prediction": opened_file("b.npy", false) });
    let (base, notes) = read(damaged);
    let Base::Raster { files, .. } = base else { panic!("{base:?}") };
    assert_eq!(*files, OpenedFiles { truth: None, prediction: Some(opened_file("b.npy", false)) });
    assert_eq!(notes.left_out, ["image.files.truth"]);
}

#[test]
fn every_field_has_its_row_in_the_table_of_scopes() {
    let Value::Object(fields) = serde_json::to_value(Document::default()).unwrap() else {
        panic!("an object")
    };
    let rows: Vec<String> = Document::SCOPES.iter().map(|(name, _)| read::camel_case(name)).collect();
    assert!(fields.keys().all(|field| rows.contains(field)) && fields.len() == rows.len());
    let full =
        Document { soft_edges: 3, tools: Tools { radius: 9.0, ..Tools::default() }, ..Document::default() };
    assert_eq!(full.within(Carrier::Autosave), full);
    assert_eq!(full.within(Carrier::Link), Document { tools: Tools::default(), ..full.clone() });
}

mod history {
    use super::*;

    fn soften(history: &mut History, radius: usize) {
        history.make(vec![DocumentEdit::SoftEdges(radius)], Some(MergeKey::SoftEdges)).expect("a step");
    }

    #[test]
    fn a_control_that_is_dragged_is_one_step_until_it_is_let_go_of() {
        let mut history = History::default();
        for radius in [1, 2, 3] {
            soften(&mut history, radius);
        }
        history.settle();
        soften(&mut history, 7);
        assert_eq!((history.steps(), history.document().soft_edges), (2, 7));
        history.undo();
        assert_eq!(history.document().soft_edges, 3);
        soften(&mut history, 5);
        assert_eq!(history.steps(), 2, "after an undo it is a step of its own");
        history.undo();
        history.undo();
        assert_eq!((history.document(), history.can_undo()), (&Document::default(), false));
    }

    #[test]
    fn a_control_that_comes_back_to_where_it_was_leaves_no_step() {
        let mut history = History::default();
        soften(&mut history, 2);
        soften(&mut history, 0);
        assert!(!history.can_undo() && !history.can_redo());
        assert_eq!(history.document(), &Document::default());
    }

    #[test]
    fn what_is_looked_at_is_no_step_and_stays_through_an_undo() {
        let mut history = History::default();
        soften(&mut history, 2);
        history.look(|document| {
            document.view.photo = false;
            document.soft_edges = 9;
        });
        assert_eq!(history.document().soft_edges, 2, "what is made is not changed by looking");
        history.undo();
        assert!(!history.document().view.photo);
    }

    #[test]
    fn a_scene_that_comes_with_cards_and_a_view_gives_them_back() {
        let mut history = History::default();
        let before = history.document().clone();
        let view = View { by_probability: true, ..View::default() };
        let step = vec![
            DocumentEdit::Replace { image: 0, with: Image::new(Base::preset("two-values")) },
            DocumentEdit::Cards(vec!["dice".into()]),
            DocumentEdit::View(view),
        ];
        history.make(step, None).unwrap();
        let after = history.document().clone();
        assert!(after.view.by_probability && after.cards == ["dice"]);
        history.undo();
        assert_eq!(history.document(), &before);
        history.redo();
        assert_eq!(history.document(), &after);
    }

    #[test]
    fn undo_goes_to_the_image_that_it_is_about() {
        let mut history = History::default();
        history.make(vec![DocumentEdit::Copy { image: 0 }], None).unwrap();
        assert_eq!(history.document().active, 1);
        let clear = ImageEdit::Clear { plane: crate::scene::Plane::Truth };
        history.make(DocumentEdit::paint(1, clear), None).unwrap();
        history.look(|document| document.active = 0);
        history.undo();
        assert_eq!(history.document().active, 1);
        history.make(vec![DocumentEdit::Remove { image: 0 }], None).unwrap();
        assert_eq!((history.document().images.len(), history.document().active), (1, 0));
        assert!(history.make(vec![DocumentEdit::Remove { image: 0 }], None).is_err());
        assert!(history.make(vec![DocumentEdit::Copy { image: 4 }], None).is_err());
        history.undo();
        assert_eq!(history.document().images.len(), 2);
    }

    /// Place in the list of examples; a new kind of change has none until it is given one.
    fn example(edit: &DocumentEdit) -> usize {
        match edit {
            DocumentEdit::Paint { .. } => 0,
            DocumentEdit::Replace { .. } => 1,
            DocumentEdit::ReplaceAll { .. } => 2,
            DocumentEdit::Add { .. } => 3,
            DocumentEdit::Copy { .. } => 4,
            DocumentEdit::Remove { .. } => 5,
            DocumentEdit::Loss { .. } => 6,
            DocumentEdit::Cards(_) => 7,
            DocumentEdit::SoftEdges(_) => 8,
            DocumentEdit::PixelWeighting(_) => 9,
            DocumentEdit::View(_) => 10,
            DocumentEdit::Panel(_) => 11,
            DocumentEdit::Open(_) => 12,
        }
    }

    #[test]
    fn every_kind_of_change_is_read_as_it_was_written() {
        let image = || Image::new(Base::preset("two-values"));
        let clear = ImageEdit::Clear { plane: crate::scene::Plane::Truth };
        let state: LossState = serde_json::from_value(json!({ "settings": { "gamma": 3.0 } })).unwrap();
        let document = Document { soft_edges: 4, ..Document::default() };
        let edits = vec![
            DocumentEdit::Paint { image: 1, edit: clear },
            DocumentEdit::Replace { image: 2, with: image() },
            DocumentEdit::ReplaceAll { with: vec![image(), image()] },
            DocumentEdit::Add { image: image() },
            DocumentEdit::Copy { image: 3 },
            DocumentEdit::Remove { image: 1 },
            DocumentEdit::Loss { id: "focal".into(), state },
            DocumentEdit::Cards(vec!["dice".into()]),
            DocumentEdit::SoftEdges(3),
            DocumentEdit::PixelWeighting(PixelWeighting::UNet { w0: 4.0, sigma: 2.0 }),
            DocumentEdit::View(View { by_probability: true, ..View::default() }),
            DocumentEdit::Panel("focal".into()),
            DocumentEdit::Open(Box::new(document)),
        ];
        assert!(edits.iter().map(example).eq(0..edits.len()));
        let written = serde_json::to_value(&edits).unwrap();
        assert_eq!(read::step(written), Ok(edits));
    }

    #[test]
    fn a_step_that_cannot_be_read_is_left_out_and_told() {
        let mut history = History::default();
        for radius in [2, 4, 6] {
            history.make(vec![DocumentEdit::SoftEdges(radius)], None).unwrap();
        }
        let mut kept = Kept::default();
        kept.follow(history.kept_change().unwrap());
        kept.steps[1] = "[{\"later\":1}]".into();
        let mut notes = Notes::default();
        let mut again = History::open(&kept, &mut notes);
        assert_eq!((again.document().soft_edges, again.steps(), notes.skipped_steps), (6, 2, 1));
        again.undo();
        assert_eq!(again.document().soft_edges, 2);
        assert_eq!(notes.texts(), ["One step could not be read and was left out."]);
    }
}
