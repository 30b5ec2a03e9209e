//! Words that several panels share.

/// Stands where there is no number.
pub(super) const NOTHING: &str = "–";

/// An enumeration: "a, b and c".
pub(super) fn listed(items: &[impl AsRef<str>]) -> String {
    let items: Vec<&str> = items.iter().map(AsRef::as_ref).collect();
    match &items[..] {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}

/// Refusal of a scene whose every pixel is ignored, as while its truth is still to come.
pub(super) fn nothing_counts() -> String {
    "No pixel of the truth has a class, so there is nothing to measure: paint the truth or open it first."
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_item_is_joined_by_a_word() {
        assert_eq!(listed(&["a"]), "a");
        assert_eq!(listed(&["a", "b"]), "a and b");
        assert_eq!(listed(&["a", "b", "c"]), "a, b and c");
        assert_eq!(listed(&[""; 0]), "");
    }
}
