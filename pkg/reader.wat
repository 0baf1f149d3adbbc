;; Puts together the code of a module that a page carries: `carry.mjs` writes what is read here, `src/core/carried.ts` asks for it.
;; A module does this, and no script, because it runs once: a script would be as slow then as it ever is.
;;
;; From 0 on, what was sent: a byte that says nothing, then where each stream goes on (two bytes each, at 2 * stream - 1), then the
;; streams. From 0x10000 on, the letters as they came, in UTF-8. From 0x20000 on, the module.
(module
  (memory (export "memory") 3)

  ;; By instruction, where it stands of which stream the number behind it is; 0 where there is none.
  (data (i32.const 0xf002) "\03\03\03\00\00\00\00\00\00\00\05\05\07\00\09\09")
  (data (i32.const 0xf020) "\0b\0b\0b\0d\0d\00\00\00\0f\0f\0f\0f\0f\0f\0f\0f\0f\0f\0f\0f\0f\0f\0f\0f\0f\0f\0f\0f\0f\0f\0f\00\00\11\13")
  (data (i32.const 0xf0fc) "\0d")

  ;; Where the module is written next.
  (global $at (mut i32) (i32.const 0x20000))

  ;; So many numbers of a stream, seven bits a byte, the lowest first; gives the last of them.
  (func $numbers (param $stream i32) (param $count i32) (result i32)
    (local $read i32)
    (loop $next
      (if (local.get $count)
        (then
          (i32.store8 (global.get $at) (local.tee $read (i32.load8_u (i32.load16_u (local.get $stream)))))
          (global.set $at (i32.add (global.get $at) (i32.const 1)))
          (i32.store16 (local.get $stream) (i32.add (i32.load16_u (local.get $stream)) (i32.const 1)))
          ;; An instruction is a byte.
          (if (i32.and (i32.gt_u (local.get $read) (i32.const 127)) (i32.ne (local.get $stream) (i32.const 1)))
            (then
              (local.set $read
                (i32.add
                  (i32.sub (local.get $read) (i32.const 128))
                  (i32.shl (call $numbers (local.get $stream) (i32.const 1)) (i32.const 7))))))
          (local.set $count (i32.sub (local.get $count) (i32.const 1)))
          (br $next))))
    (local.get $read))

  ;; What stands there up to `end` goes to the module; gives where that ends.
  (func $copy (param $from i32) (param $end i32) (result i32)
    (memory.copy
      (global.get $at)
      (local.get $from)
      (local.tee $end (i32.sub (local.get $end) (local.get $from))))
    (global.set $at (local.tee $end (i32.add (global.get $at) (local.get $end))))
    (local.get $end))

  ;; The letters are under this mask and end there; gives where the module ends.
  (func (export "read") (param $mask i32) (param $end i32) (result i32)
    (local $from i32) (local $to i32) (local $code i32) (local $stream i32)
    (local $body i32) (local $length i32) (local $depth i32)
    (local.set $from (i32.const 0x10000))
    (loop $letter
      (i32.store8
        (local.get $to)
        (i32.xor
          (local.get $mask)
          ;; Above ASCII there are two bytes, and the first ends in one bit of the letter.
          (if (result i32) (i32.lt_s (local.tee $code (i32.load8_s (local.get $from))) (i32.const 0))
            (then
              (i32.add
                (i32.shl (i32.and (local.get $code) (i32.const 1)) (i32.const 6))
                (i32.load8_u (local.tee $from (i32.add (local.get $from) (i32.const 1))))))
            (else (local.get $code)))))
      (local.set $to (i32.add (local.get $to) (i32.const 1)))
      (br_if $letter
        (i32.lt_u (local.tee $from (i32.add (local.get $from) (i32.const 1))) (local.get $end))))

    ;; What comes before the functions: the stream 12, up to where the instructions begin.
    (drop (call $copy (i32.load16_u (i32.const 23)) (i32.load16_u (i32.const 1))))
    (loop $function
      (global.set $at (i32.add (local.tee $body (global.get $at)) (i32.const 2)))
      ;; What it declares, in pairs.
      (drop
        (call $numbers
          (i32.const 21)
          (i32.shl (call $numbers (i32.const 21) (i32.const 1)) (i32.const 1))))
      (local.set $depth (i32.const 1))
      (loop $instruction
        (local.set $depth
          (i32.sub
            (local.get $depth)
            (i32.eq (local.tee $code (call $numbers (i32.const 1) (i32.const 1))) (i32.const 11))))
        (if (local.tee $stream (i32.load8_u offset=0xf000 (local.get $code)))
          (then
            (local.set $depth (i32.add (local.get $depth) (i32.eq (local.get $stream) (i32.const 3))))
            ;; The hint at how a place is aligned is not sent: 0 promises nothing, and engines do without.
            (global.set $at (i32.add (global.get $at) (i32.eq (local.get $stream) (i32.const 15))))
            (local.set $code (call $numbers (local.get $stream) (i32.const 1)))
            ;; A table has so many numbers, and one more.
            (if (i32.eq (local.get $stream) (i32.const 7))
              (then
                (drop (call $numbers (local.get $stream) (i32.add (local.get $code) (i32.const 1))))))))
        (br_if $instruction (local.get $depth)))
      ;; How long it is stands before it in two bytes of seven bits, the lower ones first.
      (i32.store16
        (local.get $body)
        (i32.add
          (i32.add
            (local.tee $length (i32.sub (i32.sub (global.get $at) (local.get $body)) (i32.const 2)))
            (i32.and (local.get $length) (i32.const -128)))
          (i32.const 128)))
      ;; What they declare is the last stream before what comes behind the code.
      (br_if $function (i32.ne (i32.load16_u (i32.const 21)) (i32.load16_u (i32.const 25)))))
    (call $copy (i32.load16_u (i32.const 25)) (local.get $to))))
