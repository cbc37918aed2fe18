use super::super::der::sequence_contents;

#[test]
fn a_sequence_is_read_whole_or_not_at_all() {
    let long = |header: &[u8], length: usize| [header, &vec![7; length]].concat();
    assert_eq!(sequence_contents(&[0x30, 0]), Some(&[][..]));
    assert_eq!(sequence_contents(&[0x30, 2, 1, 2]), Some(&[1, 2][..]));
    assert_eq!(
        sequence_contents(&long(&[0x30, 0x7f], 127)).unwrap().len(),
        127
    );
    assert_eq!(
        sequence_contents(&long(&[0x30, 0x81, 0x80], 128))
            .unwrap()
            .len(),
        128
    );
    assert_eq!(
        sequence_contents(&long(&[0x30, 0x82, 1, 0], 256))
            .unwrap()
            .len(),
        256
    );
    for wrong in [
        &[][..],
        &[0x30],
        &[0x31, 0],
        &[0x30, 1],
        &[0x30, 1, 1, 1],
        &[0x30, 0x80, 0, 0],
        &[0x30, 0x81],
        &[0x30, 0x81, 2, 1, 1],
        &[0x30, 0x85, 0, 0, 0, 0, 1, 1],
    ] {
        assert_eq!(sequence_contents(wrong), None, "{wrong:02x?}");
    }
    assert_eq!(sequence_contents(&long(&[0x30, 0x82, 0, 0x80], 128)), None);
}
