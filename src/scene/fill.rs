//! The pixels a flood fill reaches.

use super::rect::Rect;

/// The 4-connected pixels around a seed that are the `same` as it, and the smallest box around them.
pub(super) fn region(
    height: usize,
    width: usize,
    seed: (usize, usize),
    same: impl Fn(usize, usize) -> bool,
) -> (Vec<(usize, usize)>, Rect) {
    let mut seen = vec![false; height * width];
    seen[seed.0 * width + seed.1] = true;
    // Grows while it is walked: what was found is where to look next.
    let mut found = vec![seed];
    let mut rect = Rect::pixel(seed.0, seed.1);
    let mut next = 0;
    while let Some(&(y, x)) = found.get(next) {
        next += 1;
        rect = rect.union(Rect::pixel(y, x));
        // Off the near edges the subtraction wraps to beyond the far ones.
        for (y, x) in [(y.wrapping_sub(1), x), (y + 1, x), (y, x.wrapping_sub(1)), (y, x + 1)] {
            if y < height && x < width && !seen[y * width + x] && same(y, x) {
                seen[y * width + x] = true;
                found.push((y, x));
            }
        }
    }
    (found, rect)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAZE: [&[u8]; 5] = [
        b"..#...", //
        b".#.#..", b".#..##", b".####.", b"......",
    ];

    fn filled(seed: (usize, usize)) -> (usize, Rect) {
        let (mut pixels, rect) = region(5, 6, seed, |y, x| MAZE[y][x] == MAZE[seed.0][seed.1]);
        let found = pixels.len();
        pixels.sort_unstable();
        pixels.dedup();
        assert_eq!(pixels.len(), found, "each pixel once");
        (found, rect)
    }

    #[test]
    fn it_goes_round_corners_and_not_through_diagonals() {
        assert_eq!(filled((0, 0)), (12, Rect::whole(5, 6)));
        assert_eq!(filled((1, 2)), (3, Rect { top: 1, left: 2, bottom: 3, right: 4 }));
        assert_eq!(filled((0, 5)), (5, Rect { top: 0, left: 3, bottom: 2, right: 6 }));
        assert_eq!(filled((0, 2)), (1, Rect::pixel(0, 2)));
    }
}
