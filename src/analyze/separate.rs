//! Pushing circles apart that lie on each other.

use super::layout::Point;

/// Rounds of pushing; later ones move less and less.
const ROUNDS: usize = 30;

/// Gap between two circles, as a share of the distance at which they touch.
const GAP: f32 = 1.05;

/// Classes of circles by size.
const SIZE_CLASSES: usize = 8;

/// Moves circles of the given diameters apart until none overlap, or for [`ROUNDS`] rounds.
///
/// Works on grids, one for the circles of each size class, with cells as wide as the widest circle of the class: a few
/// large circles among many small ones would otherwise put hundreds of small ones into one cell. Circles are taken in
/// their order, so that the result is the same every time.
pub fn separate(places: &mut [Point], diameters: &[f32]) {
    let classes = size_classes(diameters);
    if places.len() < 2 || classes.is_empty() {
        return;
    }
    let mut class_of = vec![0; places.len()];
    for (number, class) in classes.iter().enumerate() {
        class.circles.iter().for_each(|&circle| class_of[circle as usize] = number);
    }
    for _ in 0..ROUNDS {
        let grids: Vec<Grid> = classes.iter().map(|class| Grid::of(places, class)).collect();
        let mut moved = false;
        for circle in 0..places.len() {
            // Smaller circles look for larger ones, so that a pair is met once.
            let own = class_of[circle];
            for (class, grid) in grids.iter().enumerate().skip(own) {
                grid.for_each_near(places[circle], |other| {
                    if class > own || other > circle {
                        moved |= push(places, diameters, circle, other);
                    }
                });
            }
        }
        if !moved {
            break;
        }
    }
}

/// Circles of about the same size.
struct SizeClass {
    circles: Vec<u32>,
    /// Diameter of the widest with the gap around it.
    widest: f32,
}

/// The circles by size, the smallest class first; within a class none is more than twice as wide as another, but in
/// the first, which also holds what has no size to speak of.
fn size_classes(diameters: &[f32]) -> Vec<SizeClass> {
    let widest = diameters.iter().copied().fold(0.0f32, f32::max);
    if widest <= 0.0 {
        return Vec::new();
    }
    let mut classes: Vec<SizeClass> =
        (0..SIZE_CLASSES).map(|_| SizeClass { circles: Vec::new(), widest: 0.0 }).collect();
    for (circle, &diameter) in (0u32..).zip(diameters) {
        // A cast ends at the nearest number that fits.
        let halvings = ((widest / diameter.max(f32::MIN_POSITIVE)).log2() as usize).min(SIZE_CLASSES - 1);
        let class = &mut classes[SIZE_CLASSES - 1 - halvings];
        class.circles.push(circle);
        class.widest = class.widest.max(diameter * GAP);
    }
    classes.retain(|class| class.widest > 0.0);
    classes
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
    fn of(places: &[Point], class: &SizeClass) -> Self {
        let circles = || class.circles.iter().map(|&circle| (circle, places[circle as usize]));
        let count = class.circles.len();
        let (mut left, mut top, mut right, mut bottom) = (f32::MAX, f32::MAX, f32::MIN, f32::MIN);
        for (_, (x, y)) in circles() {
            (left, right, top, bottom) = (left.min(x), right.max(x), top.min(y), bottom.max(y));
        }
        // No more cells than a few times the circles, however far apart they lie.
        let area = f64::from(right - left) * f64::from(bottom - top);
        let cell = class.widest.max((area / (4.0 * count as f64)).sqrt() as f32);
        let cells_along = |length: f32| ((length / cell) as usize).min(4 * count) + 1;
        let mut grid = Self {
            left,
            top,
            cell,
            columns: cells_along(right - left),
            rows: cells_along(bottom - top),
            starts: Vec::new(),
            circles: vec![0; count],
        };
        let mut starts = vec![0u32; grid.columns * grid.rows + 1];
        for (_, place) in circles() {
            starts[grid.cell_of(place) + 1] += 1;
        }
        for cell in 1..starts.len() {
            starts[cell] += starts[cell - 1];
        }
        let mut next = starts.clone();
        for (circle, place) in circles() {
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
    fn a_large_circle_is_kept_clear_of_small_ones() {
        let mut diameters = vec![1.0f32; 60];
        diameters.push(40.0);
        let mut places: Vec<Point> = (0..60).map(|number| (number as f32 * 0.5, 3.0)).collect();
        places.push((15.0, 0.0));
        separate(&mut places, &diameters);
        for small in 0..60 {
            let distance = (places[small].0 - places[60].0).hypot(places[small].1 - places[60].1);
            assert!(distance > 20.5 * 0.9, "{small} {distance}");
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
