(component
  (core module $m
    (memory (export "memory") 1)
    (global $count (mut i32) (i32.const 0))
    (func (export "run") (param i32) (result i32)
      (global.set $count (i32.add (global.get $count) (local.get 0)))
      (block $out
        (loop $again
          (br_if $out (i32.gt_u (global.get $count) (i32.const 7)))
          (global.set $count (i32.add (global.get $count) (i32.const 1)))
          (br $again)))
      (global.get $count))
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1024)))
  (core instance $i (instantiate $m))
  (func $run (param "n" u32) (result u32) (canon lift (core func $i "run")))
  (export "run" (func $run)))
