//! `nodes.parquet` and `edges.parquet`, for DuckDB, Spark, Polars, pandas and GraphFrames.
//!
//! Columns are those of the other formats, lists as lists. Edges name their ends `src` and `dst` and nodes their key
//! `id`, because GraphFrames demands these names.

use std::io::{self, Write};
use std::sync::Arc;

use parquet::basic::Compression;
use parquet::data_type::{ByteArray, ByteArrayType, DoubleType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use parquet::schema::parser::parse_message_type;

use super::view::{ColumnKind, EdgeView, NodeView, Value, View};
use super::{ExportError, ExportOptions, Exporter, Stage};

/// Rows that are gathered before they are written.
const ROWS_OF_A_GROUP: usize = 100_000;

/// Writes `nodes.parquet` and `edges.parquet`.
pub struct Parquet;

impl Exporter for Parquet {
    fn write(&self, view: &View<'_>, stage: &Stage, _options: &ExportOptions) -> Result<(), ExportError> {
        stage.file("nodes.parquet", |out| {
            let rows: Vec<NodeView<'_>> = view.nodes().collect();
            write_table("nodes", &node_columns(view), &rows, out)
        })?;
        stage.file("edges.parquet", |out| {
            let rows: Vec<EdgeView<'_>> = view.edges().collect();
            write_table("edges", &edge_columns(), &rows, out)
        })
    }
}

/// What a column says of a row.
type CellOf<'c, R> = Box<dyn Fn(&R) -> Option<Cell> + 'c>;

/// A column of rows of one kind.
struct Column<'c, R> {
    name: &'static str,
    kind: ColumnKind,
    /// Does every row have a value?
    required: bool,
    cell: CellOf<'c, R>,
}

impl<'c, R> Column<'c, R> {
    fn required(name: &'static str, kind: ColumnKind, cell: impl Fn(&R) -> Cell + 'c) -> Self {
        Column { name, kind, required: true, cell: Box::new(move |row| Some(cell(row))) }
    }

    fn optional(name: &'static str, kind: ColumnKind, cell: impl Fn(&R) -> Option<Cell> + 'c) -> Self {
        Column { name, kind, required: false, cell: Box::new(cell) }
    }

    /// The column in the language of Parquet's schemas.
    fn declaration(&self) -> String {
        let (repetition, name) = (if self.required { "required" } else { "optional" }, self.name);
        match self.kind {
            ColumnKind::Text => format!("{repetition} binary {name} (STRING);"),
            ColumnKind::Integer => format!("{repetition} int64 {name};"),
            ColumnKind::Real => format!("{repetition} double {name};"),
            ColumnKind::List => format!(
                "{repetition} group {name} (LIST) {{ repeated group list {{ required binary element (STRING); }} }}"
            ),
        }
    }
}

/// A value as Parquet takes it.
enum Cell {
    Text(ByteArray),
    List(Vec<ByteArray>),
    Integer(i64),
    Real(f64),
}

impl Cell {
    fn of(value: Value<'_>) -> Cell {
        match value {
            Value::Text(text) => Cell::text(text),
            Value::List(members) => Cell::List(members.iter().map(|member| member.as_str().into()).collect()),
            Value::Integer(number) => Cell::Integer(number),
            Value::Single(number) => Cell::single(number),
            Value::Double(number) => Cell::Real(number),
        }
    }

    fn text(text: &str) -> Cell {
        Cell::Text(text.into())
    }

    /// The number as other formats write it: 0.1, and not the 0.10000000149 that is next to it in single precision.
    fn single(number: f32) -> Cell {
        Cell::Real(number.to_string().parse().unwrap_or_else(|_| f64::from(number)))
    }
}

fn node_columns<'c>(view: &View<'c>) -> Vec<Column<'c, NodeView<'c>>> {
    let mut columns = vec![
        Column::required("id", ColumnKind::Text, |row: &NodeView<'_>| Cell::text(&row.node.id)),
        Column::required("type", ColumnKind::Text, |row: &NodeView<'_>| Cell::text(row.type_label)),
        Column::required("label", ColumnKind::Text, |row: &NodeView<'_>| Cell::text(&row.node.label)),
    ];
    columns.extend(view.node_columns().iter().map(|&column| {
        Column::optional(column.name, column.kind, move |row: &NodeView<'c>| (column.value)(row).map(Cell::of))
    }));
    columns
}

fn edge_columns<'c>() -> Vec<Column<'c, EdgeView<'c>>> {
    vec![
        Column::required("id", ColumnKind::Text, |row: &EdgeView<'_>| Cell::text(&row.id.to_string())),
        Column::required("src", ColumnKind::Text, |row: &EdgeView<'_>| Cell::text(&row.source.id)),
        Column::required("dst", ColumnKind::Text, |row: &EdgeView<'_>| Cell::text(&row.target.id)),
        Column::required("relation", ColumnKind::Text, |row: &EdgeView<'_>| Cell::text(&row.relation.id)),
        Column::required("weight", ColumnKind::Real, |row: &EdgeView<'_>| Cell::single(row.weight())),
        Column::required("confidence", ColumnKind::Real, |row: &EdgeView<'_>| Cell::single(row.confidence())),
        Column::required("count", ColumnKind::Integer, |row: &EdgeView<'_>| Cell::Integer(row.edge.count.into())),
        Column::optional("sentence", ColumnKind::Text, |row: &EdgeView<'_>| {
            row.sentence().map(|text| Cell::text(&text))
        }),
        Column::required("rules", ColumnKind::List, |row: &EdgeView<'_>| {
            Cell::List(row.rules().map(ByteArray::from).collect())
        }),
    ]
}

fn write_table<R, W: Write + Send>(name: &str, columns: &[Column<'_, R>], rows: &[R], out: &mut W) -> io::Result<()> {
    try_write_table(name, columns, rows, out).map_err(|error| match error {
        ParquetError::External(source) => match source.downcast::<io::Error>() {
            Ok(error) => *error,
            Err(other) => io::Error::other(other),
        },
        other => io::Error::other(other),
    })
}

fn try_write_table<R, W: Write + Send>(
    name: &str,
    columns: &[Column<'_, R>],
    rows: &[R],
    out: &mut W,
) -> Result<(), ParquetError> {
    let declarations: Vec<String> = columns.iter().map(Column::declaration).collect();
    let schema = parse_message_type(&format!("message {name} {{ {} }}", declarations.join(" ")))?;
    let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
    let mut writer = SerializedFileWriter::new(out, Arc::new(schema), Arc::new(properties))?;
    for part in rows.chunks(ROWS_OF_A_GROUP) {
        let mut group = writer.next_row_group()?;
        for column in columns {
            if let Some(mut writer) = group.next_column()? {
                write_column(column, part, &mut writer)?;
                writer.close()?;
            }
        }
        group.close()?;
    }
    writer.close()?;
    Ok(())
}

/// Values of a column, and for each place how deep it is defined and repeated, as Parquet keeps them apart.
#[derive(Default)]
struct Levels {
    defined: Vec<i16>,
    repeated: Vec<i16>,
    texts: Vec<ByteArray>,
    integers: Vec<i64>,
    reals: Vec<f64>,
}

fn write_column<R>(
    column: &Column<'_, R>,
    rows: &[R],
    writer: &mut SerializedColumnWriter<'_>,
) -> Result<(), ParquetError> {
    // How deep a value is defined that is there, but for the members of a list.
    let there = i16::from(!column.required);
    let mut levels = Levels::default();
    for row in rows {
        let cell = (column.cell)(row);
        if !matches!(cell, Some(Cell::List(_))) {
            levels.defined.push(if cell.is_some() { there } else { 0 });
            levels.repeated.push(0);
        }
        match cell {
            None => {}
            Some(Cell::Text(text)) => levels.texts.push(text),
            Some(Cell::Integer(number)) => levels.integers.push(number),
            Some(Cell::Real(number)) => levels.reals.push(number),
            Some(Cell::List(members)) => {
                if members.is_empty() {
                    levels.defined.push(there);
                    levels.repeated.push(0);
                }
                for (position, member) in members.into_iter().enumerate() {
                    levels.defined.push(there + 1);
                    levels.repeated.push(i16::from(position > 0));
                    levels.texts.push(member);
                }
            }
        }
    }
    let list = column.kind == ColumnKind::List;
    let defined = (list || !column.required).then_some(levels.defined.as_slice());
    let repeated = list.then_some(levels.repeated.as_slice());
    match column.kind {
        ColumnKind::Text | ColumnKind::List => {
            writer.typed::<ByteArrayType>().write_batch(&levels.texts, defined, repeated)?
        }
        ColumnKind::Integer => writer.typed::<Int64Type>().write_batch(&levels.integers, defined, repeated)?,
        ColumnKind::Real => writer.typed::<DoubleType>().write_batch(&levels.reals, defined, repeated)?,
    };
    Ok(())
}
