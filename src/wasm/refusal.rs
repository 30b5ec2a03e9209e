//! Refusals: the errors after which the module is as good as before.

use js_sys::Error;
use wasm_bindgen::JsValue;

/// A sentence on why something was not done. It is thrown as a JavaScript `Error` whose `name` is `"Refusal"`; whatever
/// else is thrown from here (a trap, memory that ran out, a borrow that never ended) leaves an instance of no more use.
#[derive(Debug)]
pub(super) struct Refusal(String);

impl Refusal {
    pub(super) fn new(sentence: &str) -> Self {
        Self(sentence.into())
    }
}

impl From<Refusal> for JsValue {
    fn from(refusal: Refusal) -> Self {
        let error = Error::new(&refusal.0);
        error.set_name("Refusal");
        error.into()
    }
}
