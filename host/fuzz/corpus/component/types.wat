(component
  (import "a:b/host@0.1.0" (instance $host
    (export "handle" (type $handle (sub resource)))
    (export "open" (func (param "name" string) (result (own $handle))))
    (export "[method]handle.read" (func (param "self" (borrow $handle)) (result (list u8))))))
  (component $inner
    (type $point (record (field "x" s8) (field "names" (list string))))
    (export $p "point" (type $point))
    (type $error (variant (case "none") (case "some" $p)))
    (export "error" (type $error)))
  (instance $types (instantiate $inner))
  (core module $m (func (export "run") (param i32) (result i32) (local.get 0)))
  (core instance $i (instantiate $m))
  (func $run (param "n" u32) (result u32) (canon lift (core func $i "run")))
  (export "run" (func $run))
  (export "a:b/types@0.1.0" (instance $types)))
