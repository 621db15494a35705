solipsism::main!();
