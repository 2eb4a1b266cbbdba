//! Policies in Guard's language, evaluated on templates.
//!
//! What a policy says is Guard's; where it is in the template, and whether it holds under conditions, is found here.

mod ast;
mod document;
mod engine;
mod lint;
mod template_view;
