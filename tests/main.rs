//! The one integration binary: every file beside this one is a module of it.

mod bounds;
mod conditions;
mod exec;
mod template;
mod values;
