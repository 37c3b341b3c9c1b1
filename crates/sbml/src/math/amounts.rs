//! Between the numbers of a file for its species and molecules.

use super::{Math, Tree};
use crate::error::Fault;
use crate::xml::{Element, Problem};

impl<'a> Math<'_, 'a> {
    /// A species as the file means it.
    pub(super) fn species(&self, element: Element<'a>, id: &str) -> Result<Tree, Problem> {
        let mut tree = Tree::symbol(id);
        let Some(species) = self.symbols.species(id) else {
            return Ok(tree);
        };
        if species.molecules != 1.0 {
            tree = tree / Tree::number(species.molecules);
        }
        match self.volume(element, id)? {
            Some(volume) => Ok(tree / volume),
            None => Ok(tree),
        }
    }

    /// What a number for a species is to be multiplied by to give molecules: the size of the compartment if it is a
    /// concentration, and the unit of amount. The reverse of what formulas do with its name.
    pub(crate) fn molecules(
        &self,
        element: Element<'a>,
        id: &str,
        number: Tree,
    ) -> Result<Tree, Problem> {
        let volume = self.volume(element, id)?;
        Ok(self.molecules_in(id, number, volume))
    }

    /// The same for a compartment of a given size, or none if the number is an amount.
    pub(crate) fn molecules_in(&self, id: &str, number: Tree, volume: Option<Tree>) -> Tree {
        let molecules = self
            .symbols
            .species(id)
            .map_or(1.0, |species| species.molecules);
        let amount = match volume {
            Some(volume) => number * volume,
            None => number,
        };
        if molecules == 1.0 {
            amount
        } else {
            amount * Tree::number(molecules)
        }
    }

    /// Whole molecules, if reactions change the species and the file counts it in other units.
    pub(crate) fn whole(&self, id: &str, molecules: Tree) -> Tree {
        match self.symbols.species(id) {
            Some(species) if species.molecules != 1.0 && self.symbols.reacts(id) => {
                molecules.rounded()
            }
            _ => molecules,
        }
    }

    /// The size of the compartment of a species whose name means a concentration.
    pub(crate) fn volume(&self, element: Element<'a>, id: &str) -> Result<Option<Tree>, Problem> {
        match self.symbols.species(id) {
            Some(species) if species.is_concentration => {
                self.volume_of(element, species.compartment)
            }
            _ => Ok(None),
        }
    }

    /// The size of a compartment; none if it is a point, where a concentration is an amount.
    pub(crate) fn volume_of(
        &self,
        element: Element<'a>,
        compartment: &str,
    ) -> Result<Option<Tree>, Problem> {
        let declared = self.symbols.compartment(compartment);
        if declared.is_none_or(|declared| declared.is_point) && !self.symbols.is_sized(compartment)
        {
            return Ok(None);
        }
        self.size(element, compartment).map(Some)
    }

    /// The size of a compartment, where a formula names it.
    pub(super) fn size(&self, element: Element<'a>, compartment: &str) -> Result<Tree, Problem> {
        if self.symbols.is_sized(compartment) {
            return Ok(Tree::symbol(compartment));
        }
        Err(Problem::new(element, Fault::NoSize(compartment.to_owned())))
    }
}
