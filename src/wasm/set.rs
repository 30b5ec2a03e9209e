//! The door of the workers that evaluate a set, and the names of its files as pairs.

use std::io::{self, BufReader, ErrorKind, Read, Seek, SeekFrom};

use js_sys::{Function, Object, Uint8Array, Uint8ClampedArray};
use wasm_bindgen::prelude::*;

use super::{from_js, refused, set, to_js};
use crate::file::{self, Archive, FileChoice};
use crate::session::command::PairBytes;
use crate::session::set::{SetEvaluator, preview_in_pair};

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
/** What became of a pair. */
export interface PairResult {
  row: SetRow;
  /** Facts of its truth, where it was evaluated. */
  facts?: SceneFacts;
}
"#;

/// Pairs of a truth and a prediction among names of files, with their folders before them.
#[wasm_bindgen(js_name = pairsOf, unchecked_return_type = "FilePairs")]
pub fn pairs_of(names: Vec<String>) -> Result<JsValue, JsValue> {
    to_js(&file::pairs(&names))
}

/// Evaluates the pairs of a set, one at a time, of which nothing is kept.
#[wasm_bindgen]
#[derive(Debug)]
pub struct PairEvaluator {
    inner: SetEvaluator,
    remembered: Vec<(String, FileChoice)>,
}

#[wasm_bindgen]
impl PairEvaluator {
    /// An evaluator with these settings and these ways in which files were read before, by their shape key.
    #[wasm_bindgen(constructor)]
    pub fn new(
        #[wasm_bindgen(unchecked_param_type = "SetSettings")] settings: JsValue,
        #[wasm_bindgen(unchecked_param_type = "[string, FileChoice][]")] remembered: JsValue,
    ) -> Result<Self, JsValue> {
        Ok(Self { inner: SetEvaluator::new(from_js(settings)?), remembered: from_js(remembered)? })
    }

    /// From now on files are read by these ways.
    pub fn remember(
        &mut self,
        #[wasm_bindgen(unchecked_param_type = "[string, FileChoice][]")] remembered: JsValue,
    ) -> Result<(), JsValue> {
        self.remembered = from_js(remembered)?;
        Ok(())
    }

    /// Row of a pair. One that cannot be read is a row that says so.
    #[wasm_bindgen(unchecked_return_type = "PairResult")]
    pub fn row(
        &mut self,
        #[wasm_bindgen(unchecked_param_type = "PairBytes")] pair: JsValue,
    ) -> Result<JsValue, JsValue> {
        let pair: PairBytes = from_js(pair)?;
        let (row, facts) = self.inner.row(&pair, &self.remembered);
        let result = Object::new();
        set(&result, "row", &to_js(&row)?)?;
        if let Some(facts) = &facts {
            set(&result, "facts", &to_js(facts)?)?;
        }
        Ok(result.into())
    }
}

/// How a file of a pair would be read beside the other, with a picture of it. Refuses what cannot be read, with a sentence.
#[wasm_bindgen(js_name = previewInPair, unchecked_return_type = "Preview & { pixels: Uint8ClampedArray }")]
pub fn preview_of_pair(
    #[wasm_bindgen(unchecked_param_type = "PairBytes")] pair: JsValue,
    #[wasm_bindgen(unchecked_param_type = "PreviewRequest")] request: JsValue,
) -> Result<JsValue, JsValue> {
    let pair: PairBytes = from_js(pair)?;
    let preview = preview_in_pair(&pair, &from_js(request)?).map_err(refused)?;
    let object = Object::from(to_js(&preview)?);
    set(&object, "pixels", &Uint8ClampedArray::from(preview.pixels.as_slice()))?;
    Ok(object.into())
}

/// Zip of files, of which one is unpacked at a time. Of the zip itself no more is read than that takes.
#[wasm_bindgen]
#[derive(Debug)]
pub struct ZipFile {
    archive: Archive<BufReader<Slices>>,
}

#[wasm_bindgen]
impl ZipFile {
    /// Reads the directory of a zip of this name and length in bytes. `slice` gives its bytes from one place to another, as
    /// `Blob.slice` counts. Refuses what is no zip, with a sentence.
    #[wasm_bindgen(constructor)]
    pub fn new(
        name: &str,
        length: f64,
        #[wasm_bindgen(unchecked_param_type = "(from: number, to: number) => Uint8Array")] slice: Function,
    ) -> Result<Self, JsValue> {
        let slices = Slices { slice, length: length as u64, at: 0 };
        let archive =
            Archive::open(name, BufReader::new(slices)).map_err(|refusal| refused(refusal.to_string()))?;
        Ok(Self { archive })
    }

    /// Names of its entries with their folders, by place; that of a folder is empty.
    pub fn names(&self) -> Vec<String> {
        self.archive.names().to_vec()
    }

    /// Bytes of one entry. Refuses one that is damaged or too large, with a sentence.
    pub fn unpack(&mut self, at: usize) -> Result<Vec<u8>, JsValue> {
        Ok(self.archive.unpack(at).map_err(|refusal| refused(refusal.to_string()))?)
    }
}

/// Bytes that JavaScript gives by slices.
#[derive(Debug)]
struct Slices {
    slice: Function,
    length: u64,
    at: u64,
}

impl Read for Slices {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let to = self.length.min(self.at + buffer.len() as u64);
        if to <= self.at {
            return Ok(0);
        }
        let (from, end) = (JsValue::from(self.at as f64), JsValue::from(to as f64));
        let bytes = self
            .slice
            .call2(&JsValue::UNDEFINED, &from, &end)
            .ok()
            .and_then(|bytes| bytes.dyn_into::<Uint8Array>().ok())
            .filter(|bytes| u64::from(bytes.length()) == to - self.at)
            .ok_or_else(|| io::Error::other("the browser could not read it"))?;
        let read = bytes.length() as usize;
        bytes.copy_to(&mut buffer[..read]);
        self.at = to;
        Ok(read)
    }
}

impl Seek for Slices {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let at = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => self.length.checked_add_signed(by),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
        };
        self.at = at.ok_or_else(|| io::Error::from(ErrorKind::InvalidInput))?;
        Ok(self.at)
    }
}
