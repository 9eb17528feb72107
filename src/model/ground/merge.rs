//! Sorted lists put together: a fraction of the code of a sort, and nothing here is unsorted.

/// Two sorted lists as one, at most so many items.
pub fn merged<T, K: Ord>(left: Vec<T>, right: Vec<T>, limit: usize, key: impl Fn(&T) -> K) -> Vec<T> {
    let (mut left, mut right) = (left.into_iter().peekable(), right.into_iter().peekable());
    let mut both = Vec::new();
    while both.len() < limit {
        let first = match (left.peek(), right.peek()) {
            (Some(one), Some(other)) if key(other) < key(one) => right.next(),
            (None, _) => right.next(),
            (Some(_), _) => left.next(),
        };
        match first {
            Some(item) => both.push(item),
            None => break,
        }
    }
    both
}

#[cfg(test)]
mod tests {
    use super::merged;

    #[test]
    fn both_lists_come_in_order_up_to_the_limit() {
        let lists = || (vec![1, 4, 4, 9], vec![2, 4, 10]);
        let (left, right) = lists();
        assert_eq!(merged(left, right, 100, |item| *item), [1, 2, 4, 4, 4, 9, 10]);
        for limit in 0..7 {
            let (left, right) = lists();
            assert_eq!(merged(left, right, limit, |item| *item), [1, 2, 4, 4, 4, 9, 10][..limit]);
        }
        assert_eq!(merged(Vec::new(), vec![3], 2, |item| *item), [3]);
    }
}
