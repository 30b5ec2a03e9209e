//! Lenient reading of values that another version wrote, or nobody: what can be read is taken.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// A value of which each field is taken if it can be read and is as by default if it cannot, with the names of the fields
/// that could not.
pub(crate) fn fields_of<T: Default + Serialize + DeserializeOwned>(value: Value) -> (T, Vec<String>) {
    let first = serde_json::to_value(T::default()).unwrap_or_default();
    let (Value::Object(fields), Value::Object(mut taken)) = (value, first) else {
        return (T::default(), vec!["all of it".to_owned()]);
    };
    let mut left_out = Vec::new();
    for (field, value) in fields {
        let mut tried = taken.clone();
        let known = tried.insert(field.clone(), value).is_some();
        let read = serde_json::from_value::<T>(Value::Object(tried.clone()));
        // An option that is not set may not be written: a field that reads back is known too.
        let is_field = |read: &T| serde_json::to_value(read).is_ok_and(|read| read.get(&field).is_some());
        if read.is_ok_and(|read| known || is_field(&read)) {
            taken = tried;
        } else {
            left_out.push(field);
        }
    }
    (serde_json::from_value(Value::Object(taken)).unwrap_or_default(), left_out)
}

/// Takes away the fields of a value that are the same in another, and what is the same within the others.
pub(crate) fn take_away(value: &mut Value, same: &Value) {
    let (Value::Object(fields), Value::Object(same)) = (value, same) else { return };
    fields.retain(|field, value| {
        let Some(same) = same.get(field) else { return true };
        if value == same {
            return false;
        }
        take_away(value, same);
        true
    });
}

/// Takes away the fields of a value that are the same in another, and leaves the others whole: a field can be of a kind of
/// which no part is anything by itself.
pub(crate) fn take_away_fields(value: &mut Value, same: &Value) {
    if let (Value::Object(fields), Value::Object(same)) = (value, same) {
        fields.retain(|field, value| same.get(field) != Some(value));
    }
}

/// Puts the fields of another value in the place of those of a value: what [`take_away_fields`] left, in what it was taken
/// from, is the whole again.
pub(crate) fn put_fields(value: &mut Value, fields: &Value) {
    if let (Value::Object(value), Value::Object(fields)) = (value, fields) {
        value.extend(fields.clone());
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde_json::json;

    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    #[serde(default, rename_all = "camelCase")]
    struct Two {
        some_number: f64,
        #[serde(skip_serializing_if = "Option::is_none")]
        name: Option<String>,
    }

    impl Default for Two {
        fn default() -> Self {
            Self { some_number: 2.5, name: None }
        }
    }

    #[test]
    fn what_is_the_same_is_taken_away_at_every_depth() {
        let mut value = json!({ "a": 1, "b": { "c": 2, "d": 3 }, "e": [1, 2], "f": null });
        take_away(&mut value, &json!({ "a": 1, "b": { "c": 2, "d": 4 }, "e": [1], "f": null }));
        assert_eq!(value, json!({ "b": { "d": 3 }, "e": [1, 2] }));
    }

    #[test]
    fn what_can_be_read_is_taken_and_the_rest_is_named() {
        let (read, left_out) = fields_of::<Two>(json!({ "someNumber": 7, "name": "a" }));
        assert_eq!((read, left_out), (Two { some_number: 7.0, name: Some("a".into()) }, vec![]));
        let (read, left_out) = fields_of::<Two>(json!({ "someNumber": "7", "name": "a", "other": 1 }));
        assert_eq!(read, Two { some_number: 2.5, name: Some("a".into()) });
        assert_eq!(left_out, ["other", "someNumber"]);
        let (read, left_out) = fields_of::<Two>(json!(3));
        assert_eq!((read, left_out), (Two::default(), vec!["all of it".to_owned()]));
    }

    #[test]
    fn fields_that_differ_stay_whole_and_give_the_whole_back() {
        let first = json!({ "a": { "kind": "param", "id": "gamma" }, "b": 1, "c": { "d": 2 } });
        let whole = json!({ "a": { "kind": "param", "id": "alpha" }, "b": 1, "c": { "d": 2 } });
        let mut kept = whole.clone();
        take_away_fields(&mut kept, &first);
        assert_eq!(kept, json!({ "a": { "kind": "param", "id": "alpha" } }));
        let mut again = first;
        put_fields(&mut again, &kept);
        assert_eq!(again, whole);
    }
}
