package io.knet4j.cli.demo;
import io.knet4j.cli.Terminal;
@picocli.CommandLine.Command(name="demo")
public final class DemoCommand implements Runnable { public DemoCommand(Terminal t){} public void run(){} }
