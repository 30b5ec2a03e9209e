//! What the panels show, of those that are computed with each frame.

use super::*;

#[test]
fn the_panels_tell_of_this_scene() {
    let mut session = Session::default();
    apply(&mut session, preset("tiny-lesion"));
    let mut open = |panel: Value| {
        let shown = view(json!({ "panel": panel, "pixel": { "x": 1, "y": 2 } }));
        apply(&mut session, json!([{ "kind": "show", "view": shown }]))
    };
    let frame = open(json!({ "kind": "focal" }));
    let focal = frame.panel.as_ref().expect("the focal panel is open");
    let Chart::Plot(loss) = &focal.charts[0] else { panic!("a plot") };
    let bars = loss.series.iter().filter(|series| series.mark == Mark::Bars);
    let total: f64 = bars.flat_map(|bars| &bars.points).map(|bar| bar[1]).sum();
    assert!((total - 100.0).abs() < 1e-9, "every pixel stands in a bar: {total} %");
    let (foreground, all) = (&focal.tables[0].rows[0][1], &focal.tables[0].rows[1][1]);
    let pixels: usize = [foreground, all].iter().map(|text| text.parse::<usize>().expect("a count")).sum();
    assert!((pixels as f64 / 4096.0 - frame.scene.class_shares[1]).abs() < 1e-12, "{pixels}");
    assert!(frame.lovasz.is_none(), "one panel is open at a time");
    let frame = open(json!({ "kind": "lovasz", "error": "hinge", "channel": 0 }));
    let lovasz = frame.lovasz.as_ref().expect("the Lovász panel is open");
    assert!((lovasz.value - value(&frame, "lovasz_hinge")).abs() < 1e-9);
    let order = lovasz.order.as_ref().expect("the sort is drawn on the page");
    assert_eq!(order.pixels[lovasz.looked_at.as_ref().expect("the rank of the pixel").rank], 2 * 64 + 1);
}

#[test]
fn of_the_lovasz_panel_only_the_open_part_is_computed() {
    let mut session = Session::default();
    apply(&mut session, preset("tiny-lesion"));
    let mut open = |part: &str, more: Value| {
        let mut panel = json!({ "kind": "lovasz", "error": "hinge", "channel": 0, "part": part });
        panel.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        apply(&mut session, json!([{ "kind": "show", "view": view(json!({ "panel": panel })) }]))
    };
    for (part, charts, tables, stills) in [
        ("sort", 0, 0, 0),
        ("moments", 0, 0, 0),
        ("weights", 1, 0, 2),
        ("kink", 2, 1, 0),
        ("twoPixels", 3, 0, 0),
        ("three", 1, 1, 0),
        ("images", 1, 1, 0),
        ("empty", 0, 0, 1),
    ] {
        let frame = open(part, json!({}));
        let (lovasz, panel) = (frame.lovasz.as_ref().expect("open"), frame.panel.as_ref().expect("open"));
        let found = (panel.charts.len(), panel.tables.len(), panel.stills.len());
        assert_eq!(found, (charts, tables, stills), "{part}");
        assert_eq!(panel.pixels.len(), stills * 4 * 64 * 64, "{part}");
        assert_eq!(lovasz.order.is_some(), charts + stills == 0, "{part}");
        assert_eq!((lovasz.moved.is_some(), lovasz.sole.is_some()), (part == "kink", part == "empty"));
        assert!((lovasz.value - value(&frame, "lovasz_hinge")).abs() < 1e-9);
    }
    let moved = |frame: &Frame| frame.lovasz.as_ref().expect("open").moved.clone().expect("a pixel");
    let at_rest = moved(&open("kink", json!({ "chosen": { "x": 3, "y": 4 }, "moved": 0.0 })));
    let worst = moved(&open("kink", json!({ "chosen": { "x": 3, "y": 4 }, "moved": 1e9 })));
    assert_eq!(((at_rest.at.x, at_rest.at.y), worst.rank), ((3, 4), 1));
    assert!((worst.error - worst.most).abs() < 1e-12 && at_rest.rank > 1, "{worst:?} {at_rest:?}");
}

#[test]
fn the_focal_laboratory_has_the_settings_of_the_card() {
    let mut session = Session::default();
    let shown = view(json!({ "panel": { "kind": "focal", "gamma": 0.2 } }));
    let settings = json!({ "gamma": 4.5, "alpha": 0.1, "alpha_of": "negative" });
    let frame = apply(
        &mut session,
        json!([{ "kind": "setLoss", "id": "focal", "settings": settings }, { "kind": "show", "view": shown }]),
    );
    let panel = frame.panel.expect("the focal panel is open");
    let Chart::Plot(loss) = &panel.charts[0] else { panic!("a plot") };
    let names: Vec<_> = loss.series.iter().map(|series| series.name.as_str()).collect();
    assert_eq!(names[7..], ["background: γ = 4.5, α = 0.1", "foreground: γ = 4.5, 1 − α = 0.9"]);
    let held: Vec<_> = loss.handles.iter().map(|handle| (handle.id.as_str(), handle.at[0])).collect();
    assert_eq!(held, [("gamma", 0.2), ("alpha", 0.05)]);
    assert!(panel.remarks[0].starts_with("With γ = 4.5, the hardest "), "{:?}", panel.remarks);
}
