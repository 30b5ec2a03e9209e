//! Settings of losses.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::loss::config::Settings;

/// Settings by loss id, those at their defaults left out.
pub type Losses = BTreeMap<String, LossState>;

/// Settings of one loss, and the library's call that they are those of.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct LossState {
    /// Parameters by id; those not named have their defaults.
    #[cfg_attr(target_arch = "wasm32", tsify(type = "Record<string, Setting>"))]
    pub settings: Settings,
    /// The library's call that the settings are those of, until one of them is moved.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preset_from: Option<PresetFrom>,
}

/// A library's version of a loss.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct PresetFrom {
    /// The library's id.
    pub library: String,
    /// Its function.
    pub function: String,
}
