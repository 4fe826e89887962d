//! Pushing circles apart that lie on each other.

use super::layout::Point;

/// Rounds of pushing; later ones move less and less.
const ROUNDS: usize = 30;

/// Gap between two circles, as a share of the distance at which they touch.
const GAP: f32 = 1.05;

/// Moves circles of the given diameters apart until none overlap, or for [`ROUNDS`] rounds.
///
/// Works on a grid with cells as wide as the widest circle, so that only circles in neighbouring cells can touch, and
/// in the order of the circles, so that the result is the same every time.
pub fn separate(places: &mut [Point], diameters: &[f32]) {
    let widest = diameters.iter().copied().fold(0.0f32, f32::max) * GAP;
    if places.len() < 2 || widest <= 0.0 {
        return;
    }
    for _ in 0..ROUNDS {
        let grid = Grid::of(places, widest);
        let mut moved = false;
        for circle in 0..places.len() {
            grid.for_each_near(places[circle], |other| {
                if other > circle {
                    moved |= push(places, diameters, circle, other);
                }
            });
        }
        if !moved {
            break;
        }
    }
}

/// Moves two circles apart by half of what they overlap each, the smaller one more. Says whether they did overlap.
fn push(places: &mut [Point], diameters: &[f32], a: usize, b: usize) -> bool {
    let wanted = (diameters[a] + diameters[b]) / 2.0 * GAP;
    let (dx, dy) = (places[b].0 - places[a].0, places[b].1 - places[a].1);
    let square = dx * dx + dy * dy;
    if square >= wanted * wanted {
        return false;
    }
    let distance = square.sqrt();
    let (ux, uy) = if distance > 1e-4 {
        (dx / distance, dy / distance)
    } else {
        // One on the other: any direction will do, but a different one for each pair.
        let angle = (a.wrapping_mul(31).wrapping_add(b) % 6283) as f32 / 1000.0;
        (angle.cos(), angle.sin())
    };
    let overlap = wanted - distance;
    let share_of_a = diameters[b] / (diameters[a] + diameters[b]);
    places[a].0 -= ux * overlap * share_of_a;
    places[a].1 -= uy * overlap * share_of_a;
    places[b].0 += ux * overlap * (1.0 - share_of_a);
    places[b].1 += uy * overlap * (1.0 - share_of_a);
    true
}

/// Circles by cell.
struct Grid {
    left: f32,
    top: f32,
    cell: f32,
    columns: usize,
    rows: usize,
    starts: Vec<u32>,
    circles: Vec<u32>,
}

impl Grid {
    fn of(places: &[Point], widest: f32) -> Self {
        let (mut left, mut top, mut right, mut bottom) = (f32::MAX, f32::MAX, f32::MIN, f32::MIN);
        for &(x, y) in places {
            (left, right, top, bottom) = (left.min(x), right.max(x), top.min(y), bottom.max(y));
        }
        // No more cells than a few times the circles, however far apart they lie.
        let area = f64::from(right - left) * f64::from(bottom - top);
        let cell = widest.max((area / (4.0 * places.len() as f64)).sqrt() as f32);
        let cells_along = |length: f32| ((length / cell) as usize).min(4 * places.len()) + 1;
        let mut grid = Self {
            left,
            top,
            cell,
            columns: cells_along(right - left),
            rows: cells_along(bottom - top),
            starts: Vec::new(),
            circles: vec![0; places.len()],
        };
        let mut starts = vec![0u32; grid.columns * grid.rows + 1];
        for &place in places {
            starts[grid.cell_of(place) + 1] += 1;
        }
        for cell in 1..starts.len() {
            starts[cell] += starts[cell - 1];
        }
        let mut next = starts.clone();
        for (circle, &place) in (0u32..).zip(places) {
            let slot = &mut next[grid.cell_of(place)];
            grid.circles[*slot as usize] = circle;
            *slot += 1;
        }
        grid.starts = starts;
        grid
    }

    fn column_and_row(&self, (x, y): Point) -> (usize, usize) {
        // A cast from a negative or too large number ends at the nearest one that fits.
        let column = ((x - self.left) / self.cell) as usize;
        let row = ((y - self.top) / self.cell) as usize;
        (column.min(self.columns - 1), row.min(self.rows - 1))
    }

    fn cell_of(&self, place: Point) -> usize {
        let (column, row) = self.column_and_row(place);
        row * self.columns + column
    }

    /// Calls `visit` with every circle in the cell of a place and the eight cells around it.
    fn for_each_near(&self, place: Point, mut visit: impl FnMut(usize)) {
        let (column, row) = self.column_and_row(place);
        let first = column.saturating_sub(1);
        let last = (column + 1).min(self.columns - 1);
        for row in row.saturating_sub(1)..=(row + 1).min(self.rows - 1) {
            let from = self.starts[row * self.columns + first] as usize;
            let to = self.starts[row * self.columns + last + 1] as usize;
            self.circles[from..to].iter().for_each(|&circle| visit(circle as usize));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn circles_on_one_point_come_apart() {
        let mut places = vec![(5.0, 5.0); 12];
        let diameters: Vec<f32> = (0..12).map(|number| 2.0 + number as f32).collect();
        separate(&mut places, &diameters);
        for a in 0..12 {
            for b in a + 1..12 {
                let distance = (places[a].0 - places[b].0).hypot(places[a].1 - places[b].1);
                assert!(distance > (diameters[a] + diameters[b]) / 2.0 * 0.85, "{a} {b} {distance}");
            }
        }
    }

    #[test]
    fn circles_apart_stay_where_they_are() {
        let before = vec![(0.0, 0.0), (10.0, 0.0), (1e6, -1e6)];
        let mut places = before.clone();
        separate(&mut places, &[2.0, 2.0, 2.0]);
        assert_eq!(places, before);
    }
}
