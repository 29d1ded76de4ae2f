(component (export
