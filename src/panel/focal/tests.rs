//! The focal laboratory's readouts, against numbers by hand.

use ndarray::{Array3, Array4};

use super::chart::GRADIENT_END;
use super::handle::{ALPHA, GAMMA, dragged};
use super::*;
use crate::field::{Labels, Logits};
use crate::paint::chart::{Chart, Mark, Plot};

fn scene(channels: usize) -> (Logits, Labels) {
    let logits = Array4::from_shape_fn((1, channels, 20, 20), |(_, c, y, x)| {
        ((c * 31 + y * 17 + x * 7) % 23) as f32 / 4.0 - 4.0
    });
    (logits, Array3::from_shape_fn((1, 20, 20), |(_, y, x)| u8::from(y < 4 && x < 5)))
}

fn set(pairs: &[(&str, crate::loss::config::Setting)]) -> Settings {
    pairs.iter().map(|(id, setting)| ((*id).to_owned(), setting.clone())).collect()
}

fn shown(settings: &Settings) -> Report {
    let (logits, labels) = scene(1);
    laid_open(&Field::new(logits.view(), labels.view(), None).unwrap(), settings, HandlePositions::default())
        .unwrap()
}

fn plot<'r>(report: &'r Report, name: &str) -> &'r Plot {
    let Some(Chart::Plot(plot)) = report.charts.get(name) else { panic!("no plot {name:?}") };
    plot
}

#[test]
fn the_axis_of_the_gradient_holds_every_curve_of_the_slider() {
    for gamma in 0..=50 {
        let curve = FocalCurve::plain(f64::from(gamma) / 10.0);
        let most = (0..=1000).map(|i| curve.gradient(f64::from(i) / 1000.0)).fold(0.0, f64::max);
        assert!(most < GRADIENT_END, "{curve:?}: {most}");
    }
}

#[test]
fn a_handle_let_go_where_it_is_changes_nothing_and_its_curve_goes_through_it() {
    for settings in [
        set(&[]),
        set(&[("gamma", 0.0.into()), ("alpha", 0.6.into())]),
        set(&[("gamma", 4.7.into()), ("alpha", 0.9.into()), ("alpha_of", "negative".into())]),
        set(&[("gamma", 1.3.into()), ("balanced", false.into())]),
        set(&[("reduced_threshold", 0.45.into()), ("alpha", 0.13.into())]),
    ] {
        let panel = shown(&settings);
        let config = Config::new(&SPEC, &settings).unwrap();
        let plot = plot(&panel, "loss");
        assert_eq!(plot.handles.len(), if config.flag("balanced") { 2 } else { 1 });
        for handle in &plot.handles {
            let held = dragged(&settings, &handle.id, handle.at).unwrap();
            assert!((held - config.number(&handle.id)).abs() < 1e-12, "{settings:?}: {} {held}", handle.id);
            let on =
                plot.series.iter().filter(|series| series.ink == handle.ink && series.mark == Mark::Line);
            let nearest = on
                .flat_map(|series| series.points.windows(2))
                .filter(|pair| pair[0][0] <= handle.at[0] && handle.at[0] <= pair[1][0])
                .map(|pair| (pair[0][1] - handle.at[1]).abs().min((pair[1][1] - handle.at[1]).abs()))
                .fold(f64::INFINITY, f64::min);
            assert!(nearest < 0.05, "{settings:?}: {} lies {nearest} from its curve", handle.id);
        }
    }
}

#[test]
fn a_handle_sets_steps_of_its_slider_and_stays_on_it() {
    let settings = set(&[]);
    let at = |gamma: f64| [0.3, 0.75 * FocalCurve::plain(gamma).loss(0.3)];
    assert_eq!(dragged(&settings, GAMMA, at(1.234)), Some(1.2));
    assert_eq!(
        (dragged(&settings, GAMMA, [0.3, 0.0]), dragged(&settings, GAMMA, [0.3, 4.0])),
        (Some(5.0), Some(0.0))
    );
    let at = |alpha: f64| [0.1, alpha * FocalCurve::plain(2.0).loss(0.1)];
    assert_eq!(dragged(&settings, ALPHA, at(0.5772)), Some(0.58));
    assert_eq!(dragged(&settings, ALPHA, [0.1, 5.0]), Some(1.0));
    let negative = set(&[("alpha_of", "negative".into())]);
    assert_eq!(dragged(&negative, ALPHA, at(0.4)), Some(0.4), "α is then the weight of the background");
    let plain = set(&[("balanced", false.into())]);
    assert_eq!(dragged(&plain, ALPHA, at(0.4)), None);
    assert_eq!(
        dragged(&plain, GAMMA, [0.3, FocalCurve::plain(3.0).loss(0.3)]),
        Some(3.0),
        "there is no weight then"
    );
    assert_eq!(dragged(&settings, "no-such", at(0.4)), None);
    let reduced = set(&[("reduced_threshold", 0.5.into())]);
    assert_eq!(dragged(&reduced, GAMMA, [0.2, 0.3]), None);
}

#[test]
fn the_columns_of_who_is_heard_fill_up() {
    for settings in [set(&[]), set(&[("gamma", 5.0.into()), ("balanced", false.into())])] {
        let panel = shown(&settings);
        let heard = plot(&panel, "heard");
        for column in 0..5 {
            let sum: f64 = heard.series.iter().map(|series| series.points[column][1]).sum();
            assert!((sum - 100.0).abs() < 1e-9, "{column}: {sum}");
        }
        // 20 of 400 pixels are foreground.
        let foreground = heard.series[0].points[0][1] + heard.series[1].points[0][1];
        assert!((foreground - 5.0).abs() < 1e-12);
    }
}

/// By hand: p_t of 0.6 and 0.2 on the foreground, 0.9 three times on the background.
#[test]
fn tables_and_remark_have_the_numbers_of_five_pixels() {
    let logit = |p: f64| (p / (1.0 - p)).ln() as f32;
    let logits = Array4::from_shape_vec((1, 1, 1, 5), [0.6, 0.2, 0.1, 0.1, 0.1].map(logit).to_vec()).unwrap();
    let labels = Array3::from_shape_vec((1, 1, 5), vec![1, 1, 0, 0, 0]).unwrap();
    let field = Field::new(logits.view(), labels.view(), None).unwrap();
    let panel = laid_open(&field, &set(&[]), HandlePositions::default()).unwrap();
    // Cross-entropy 0.5108, 1.6094 and 3 · 0.10536; focal 0.25 · 0.16 · 0.5108 = 0.02043,
    // 0.25 · 0.64 · 1.6094 = 0.25751 and 0.75 · 0.01 · 0.31608 = 0.002371.
    let expected = [
        ["hard foreground", "1", "20 %", "66 %", "53 %", "92 %", "", "0.1600"],
        ["easy foreground", "1", "20 %", "21 %", "27 %", "7.3 %", "", "0.04000"],
        ["hard background", "0", "0 %", "0 %", "0 %", "0 %", "0 %", "–"],
        ["easy background", "3", "60 %", "13 %", "20 %", "0.85 %", "", "0.007500"],
    ];
    for (row, expected) in panel.tables["easyAndHard"].rows.iter().zip(expected) {
        for (cell, expected) in row.iter().zip(expected).filter(|(_, expected)| !expected.is_empty()) {
            assert_eq!(cell.replace('\u{a0}', " "), expected, "{row:?}");
        }
    }
    // Of a whole loss of 0.28031 that is 99.15 %, and of a cross-entropy of 2.43633 it is 87 %.
    assert_eq!(panel.tables["hardest"].rows[4][5], "99.15\u{a0}%");
    assert_eq!(panel.tables["hardest"].rows[0][5], "87\u{a0}%");
    assert_eq!(
        panel.texts["answer"][2],
        "The foreground is 40 % of all pixels and has 99.15 % of the focal loss with its α, where it has 87 % of the \
         cross-entropy."
    );
    let first = &panel.texts["answer"][0];
    assert!(first.starts_with("With γ = 2, the hardest 80 % of background pixels hold 80 %"), "{first}");
    assert!(!panel.texts.contains_key("unseen"), "every setting shows");
}

#[test]
fn what_does_not_show_is_said_only_where_it_is_set() {
    let (logits, labels) = scene(3);
    let field = Field::new(logits.view(), labels.view(), None).unwrap();
    let remarks = |pairs: &[(&str, crate::loss::config::Setting)]| {
        laid_open(&field, &set(pairs), HandlePositions::default()).unwrap().texts["unseen"].join(" ")
    };
    assert!(remarks(&[]).starts_with("Foreground is every class but 0") && !remarks(&[]).contains("set to"));
    assert!(remarks(&[("activation", "one-vs-rest".into())]).contains("set to one vs rest"));
    assert!(remarks(&[("normalized", true.into())]).contains("normalised"));
    assert!(remarks(&[("reduced_threshold", 0.5.into())]).contains("without r"));
}

#[test]
fn a_side_without_pixels_is_said_to_have_none() {
    let (logits, labels) = scene(1);
    let ignored = Labels::from_elem(labels.dim(), 255);
    for (labels, missing) in [(Labels::zeros(labels.dim()), vec![0]), (ignored, vec![0, 1])] {
        let field = Field::new(logits.view(), labels.view(), Some(255)).unwrap();
        let panel = laid_open(&field, &set(&[]), HandlePositions::default()).unwrap();
        for (side, of) in ["foreground", "background"].into_iter().enumerate() {
            let missed = format!("There are no {of} pixels here.");
            let said = panel.texts["answer"].contains(&missed);
            let drawn = panel.charts.contains_key(of);
            assert_eq!((said, drawn), (missing.contains(&side), !missing.contains(&side)));
        }
        assert!(!format!("{panel:?}").contains("NaN %"));
    }
}

#[test]
fn the_page_asks_what_a_dragged_handle_sets() {
    let ask =
        |question: Value| FocalPanel::ask(&FocalState::default(), question).map(|report| report.details);
    let at = [0.6, 0.4 * 0.4 * -(0.6f64.ln())];
    let question =
        |handle: &str| serde_json::json!({ "settings": { "balanced": false }, "handle": handle, "at": at });
    assert_eq!(ask(question("gamma")), Ok(2.0.into()));
    assert_eq!(ask(question("alpha")), Ok(Value::Null), "α is not used");
    assert!(ask("mauve".into()).unwrap_err().starts_with("This is no handle"));
}
