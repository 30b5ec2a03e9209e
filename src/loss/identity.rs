//! Equality of losses that are known by their trait alone.

use std::any::Any;

use super::Loss;

/// Equality behind a `dyn Loss`. Every loss that is [`PartialEq`] has it.
pub trait Identity: Any {
    /// True if the other is of the same type and has equal parameters.
    fn is_same_as(&self, other: &dyn Loss) -> bool;
}

impl<T: PartialEq + Any> Identity for T {
    fn is_same_as(&self, other: &dyn Loss) -> bool {
        (other as &dyn Any).downcast_ref::<T>() == Some(self)
    }
}

impl PartialEq for dyn Loss {
    fn eq(&self, other: &Self) -> bool {
        self.is_same_as(other)
    }
}

#[cfg(test)]
mod tests {
    use crate::loss::config::{Config, Setting, Settings};
    use crate::loss::{LOSSES, Loss, Spec, dice, dice_cross_entropy, focal, jaccard, tversky};

    fn built(spec: &'static Spec, settings: &[(&str, Setting)]) -> Box<dyn Loss> {
        let settings: Settings = settings.iter().map(|(id, to)| ((*id).to_owned(), to.clone())).collect();
        (spec.build)(&Config::new(spec, &settings).unwrap())
    }

    #[test]
    fn a_loss_is_the_same_as_one_of_its_type_with_its_parameters() {
        for spec in LOSSES {
            assert!(*built(spec, &[]) == *built(spec, &[]), "{}", spec.id);
        }
        assert!(*built(&focal::SPEC, &[]) == *built(&focal::SPEC, &[("gamma", 2.0.into())]));
        assert!(*built(&focal::SPEC, &[]) != *built(&focal::SPEC, &[("gamma", 2.5.into())]));
        assert!(*built(&dice::SPEC, &[]) != *built(&jaccard::SPEC, &[]), "one type, other weights");
        let even = [("alpha", 0.5.into()), ("beta", 0.5.into())];
        assert!(*built(&dice::SPEC, &[]) == *built(&tversky::SPEC, &even), "Dice is a Tversky loss");
        assert!(*built(&dice::SPEC, &[]) != *built(&focal::SPEC, &[]), "other types");
    }

    #[test]
    fn a_compound_is_told_by_its_terms() {
        let compound = |settings: &[(&str, Setting)]| built(&dice_cross_entropy::SPEC, settings);
        assert!(*compound(&[]) == *compound(&[("dice_weight", 1.0.into())]));
        assert!(*compound(&[]) != *compound(&[("dice_weight", 1.5.into())]));
        assert!(*compound(&[]) != *compound(&[("smooth", 1.0.into())]));
        assert!(*compound(&[]).terms()[0].loss == *built(&dice::SPEC, &[]));
    }
}
