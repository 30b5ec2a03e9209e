//! Wrappers of a document: the page's address, a file, a picture with the document in it.
//!
//! A link is `#<panel>/<format>.<data>`: the open tab in words, then the document as JSON without what is as in a new one,
//! deflated, in base 64. A new document has no data, and with no panel open no link at all. A file is the JSON itself, with
//! the pixels of opened files; a picture is a PNG that has such a file among its texts.

use std::collections::BTreeMap;
use std::io::Cursor;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use miniz_oxide::deflate::compress_to_vec;
use miniz_oxide::inflate::decompress_to_vec_with_limit;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::image::Base;
use super::raster::{Digest, Rasters};
use super::read::{self, Notes};
use super::{CARDS, Carrier, Document, FORMAT, text};
use crate::{lenient, panel};

/// Largest size that a link may unfold to, in bytes.
const MOST_BYTES: usize = 8 << 20;

/// Keyword of the text in a picture that holds the document.
const KEYWORD: &str = "lossfield";

/// A link to a document.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Link {
    /// Fragment of the address, after `#`; empty for a new document.
    pub fragment: String,
    /// Opened files, by their names, whose pixels no link can carry.
    pub files: Vec<String>,
}

/// The link to a document.
pub fn link(document: &Document) -> Link {
    let mut value = json_of(document, Carrier::Link);
    value.remove("panel");
    let panel = if document.panel == CARDS { "" } else { &document.panel };
    let fragment = if value.is_empty() {
        panel.to_owned()
    } else {
        let text = Value::Object(value).to_string();
        let data = URL_SAFE_NO_PAD.encode(compress_to_vec(text.as_bytes(), 9));
        format!("{panel}/{FORMAT}.{data}")
    };
    Link { fragment, files: files(document) }
}

/// Names of the opened files that images of a document are made of.
fn files(document: &Document) -> Vec<String> {
    let titles = document.images.iter().filter_map(|image| match &image.base {
        Base::Raster { title, .. } => Some(title.clone()),
        _ => None,
    });
    titles.collect()
}

/// The document of a link, by what stands behind `#` in the address; none for a link to a panel alone, or to nothing, with
/// the panel's id.
pub fn open_link(fragment: &str, notes: &mut Notes) -> (Option<Document>, Option<String>) {
    let (panel, data) = match fragment.split_once('/') {
        Some((panel, data)) => (panel, Some(data)),
        None => (fragment, None),
    };
    let named = match panel {
        "" => None,
        id if id == CARDS || panel::find(id).is_ok() => Some(id.to_owned()),
        _ => {
            notes.sentences.push(text::foreign_link(fragment));
            None
        }
    };
    let Some(data) = data else { return (None, named) };
    let Some(value) = unfolded(data, notes) else {
        notes.sentences.push(text::damaged_link());
        return (None, named);
    };
    let mut document = read::document(value, notes);
    document.panel = named.clone().unwrap_or_else(|| CARDS.to_owned());
    (Some(document), named)
}

fn unfolded(data: &str, notes: &mut Notes) -> Option<Value> {
    let (format, data) = data.split_once('.')?;
    let format: u64 = format.parse().ok()?;
    if format > u64::from(FORMAT) {
        notes.sentences.push(text::newer_format(format, FORMAT));
    }
    let bytes = URL_SAFE_NO_PAD.decode(data.trim_end_matches('=')).ok()?;
    let text = decompress_to_vec_with_limit(&bytes, MOST_BYTES).ok()?;
    serde_json::from_slice(&text).ok()
}

/// The document as JSON, without what is as in a new one.
fn json_of(document: &Document, carrier: Carrier) -> Map<String, Value> {
    let written = |document: &Document| serde_json::to_value(document).unwrap_or_default();
    let mut value = written(&document.within(carrier));
    lenient::take_away(&mut value, &written(&Document::default()));
    if let Value::Object(fields) = value { fields } else { Map::new() }
}

/// The file of a document: JSON, with the pixels of opened files.
pub fn file(document: &Document, rasters: &Rasters) -> String {
    let digests = document.images.iter().flat_map(|image| image.base.rasters());
    let pixels: BTreeMap<&str, String> = digests
        .filter_map(|digest| Some((digest.as_str(), STANDARD.encode(rasters.get(digest)?.encode().1))))
        .collect();
    let mut file = json!({ "lossfield": FORMAT, "document": json_of(document, Carrier::File) });
    if let (false, Value::Object(file)) = (pixels.is_empty(), &mut file) {
        file.insert("rasters".into(), json!(pixels));
    }
    let mut text = serde_json::to_string_pretty(&file).unwrap_or_default();
    text.push('\n');
    text
}

/// A PNG with the file of its document in it. Refuses bytes that are no PNG.
pub fn picture(png: &[u8], file: &str) -> Result<Vec<u8>, String> {
    let damaged = |error: &dyn std::fmt::Display| format!("The picture could not be made: {error}.");
    let mut reader = png::Decoder::new(Cursor::new(png)).read_info().map_err(|error| damaged(&error))?;
    let size = reader.output_buffer_size().ok_or_else(|| damaged(&"it is too large"))?;
    let mut pixels = vec![0; size];
    reader.next_frame(&mut pixels).map_err(|error| damaged(&error))?;
    let info = reader.info();
    let mut out = Vec::new();
    let mut encoder = png::Encoder::new(&mut out, info.width, info.height);
    encoder.set_color(info.color_type);
    encoder.set_depth(info.bit_depth);
    encoder.add_itxt_chunk(KEYWORD.to_owned(), file.to_owned()).map_err(|error| damaged(&error))?;
    let mut writer = encoder.write_header().map_err(|error| damaged(&error))?;
    writer.write_image_data(&pixels).map_err(|error| damaged(&error))?;
    writer.finish().map_err(|error| damaged(&error))?;
    Ok(out)
}

/// True of bytes that say of themselves that they hold a document: a picture with its text, or JSON.
pub fn holds_document(bytes: &[u8]) -> bool {
    json_in(bytes).is_some()
}

/// The JSON of a file or of a picture.
fn json_in(bytes: &[u8]) -> Option<Value> {
    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";
    if bytes.starts_with(PNG) {
        let limits = png::Limits { bytes: 64 << 20 };
        let reader = png::Decoder::new_with_limits(Cursor::new(bytes), limits).read_info().ok()?;
        let chunk = reader.info().utf8_text.iter().find(|chunk| chunk.keyword == KEYWORD)?;
        return serde_json::from_str(&chunk.get_text().ok()?).ok();
    }
    let value: Value = serde_json::from_slice(bytes).ok()?;
    value.get("lossfield").is_some().then_some(value)
}

/// The document of a file or of a picture that has one, with the pixels it brings. Refuses what holds none, with a
/// sentence that names the file.
pub fn open_file(
    name: &str,
    bytes: &[u8],
    rasters: &mut Rasters,
    notes: &mut Notes,
) -> Result<OpenedDocument, String> {
    let mut value = json_in(bytes).ok_or_else(|| text::foreign_file(name))?;
    if let Some(format) = value.get("lossfield").and_then(Value::as_u64).filter(|&at| at > u64::from(FORMAT))
    {
        notes.sentences.push(text::newer_format(format, FORMAT));
    }
    let mut brought = Vec::new();
    if let Some(Value::Object(pixels)) = value.get("rasters") {
        for (digest, pixels) in pixels {
            let bytes = pixels.as_str().and_then(|text| STANDARD.decode(text).ok());
            let taken = bytes.and_then(|bytes| rasters.take(&bytes).ok().map(|taken| (taken, bytes)));
            match taken {
                Some((taken, bytes)) if taken.as_str() == digest => brought.push((taken, bytes)),
                _ => notes.left_out.push(format!("the pixels {digest}")),
            }
        }
    }
    let document = value.get_mut("document").map(Value::take).unwrap_or_default();
    Ok(OpenedDocument { document: read::document(document, notes), brought })
}

/// A document that was opened from a file.
#[derive(Debug, Clone, PartialEq)]
pub struct OpenedDocument {
    /// The document.
    pub document: Document,
    /// Pixels of opened files that came with it, as they are kept.
    pub brought: Vec<(Digest, Vec<u8>)>,
}
