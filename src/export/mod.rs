//! Writers: one file a format, behind one trait.
