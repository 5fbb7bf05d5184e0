package io.knet4j.cli.control;

import com.google.gson.JsonObject;
import io.knet4j.cli.CommandException;

/** Does what a node is asked to do. May be called by several threads at once. */
@FunctionalInterface
public interface ControlHandler {

    /**
     * Does it.
     *
     * @return the fields of the answer, beside those that every answer has
     * @throws CommandException if it cannot be done, and nothing was changed
     */
    JsonObject answer(ControlRequest request) throws CommandException;
}
